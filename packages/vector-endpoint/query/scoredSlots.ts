/** A point and its score. A list of them is in the order of the answer. */
export interface ScoredSlot {
  readonly slot: number;
  readonly score: number;
  /** The value that determined the point's position, in answers ordered by a field. */
  readonly orderValue?: number;
}

/**
 * Keeps the best of many scores. Equal scores are kept in the order of their slots, so that the pages of one query are
 * consistent.
 */
export class BestScores {
  /** A heap. The worst kept entry is at the top. */
  private readonly heap: ScoredSlot[] = [];

  /**
   * @param limit how many to keep
   * @param isSmallerBetter for distances
   */
  constructor(
    private readonly limit: number,
    private readonly isSmallerBetter: boolean,
  ) {}

  readonly add = (slot: number, score: number): void => {
    const worst = this.heap.length < this.limit ? undefined : this.heap[0];
    // Most scores end here: no object is made for them.
    if (worst !== undefined && (this.isSmallerBetter ? score > worst.score : score < worst.score)) {
      return;
    }
    const entry = { slot, score };
    if (this.heap.length < this.limit) {
      this.heap.push(entry);
      this.siftUp(this.heap.length - 1);
    } else if (this.heap[0] !== undefined && this.compare(entry, this.heap[0]) < 0) {
      this.heap[0] = entry;
      this.siftDown(0);
    }
  };

  /** The worst score that is kept, when no more can be kept: a worse one changes nothing. */
  get worst(): number | undefined {
    return this.heap.length < this.limit ? undefined : this.heap[0]?.score;
  }

  /** The kept entries, best first. */
  sorted(): ScoredSlot[] {
    return [...this.heap].sort((left, right) => this.compare(left, right));
  }

  /** Negative when `left` precedes `right` in the answer. */
  private compare(left: ScoredSlot, right: ScoredSlot): number {
    const byScore = this.isSmallerBetter ? left.score - right.score : right.score - left.score;
    return byScore !== 0 ? byScore : left.slot - right.slot;
  }

  private isWorse(index: number, than: number): boolean {
    const left = this.heap[index];
    const right = this.heap[than];
    return left !== undefined && right !== undefined && this.compare(left, right) > 0;
  }

  private swap(index: number, other: number): void {
    const entry = this.heap[index];
    const otherEntry = this.heap[other];
    if (entry !== undefined && otherEntry !== undefined) {
      this.heap[index] = otherEntry;
      this.heap[other] = entry;
    }
  }

  private siftUp(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.isWorse(index, parent)) {
        return;
      }
      this.swap(index, parent);
      index = parent;
    }
  }

  private siftDown(start: number): void {
    let index = start;
    for (;;) {
      const left = index * 2 + 1;
      const worseChild = this.isWorse(left + 1, left) ? left + 1 : left;
      if (!this.isWorse(worseChild, index)) {
        return;
      }
      this.swap(index, worseChild);
      index = worseChild;
    }
  }
}
