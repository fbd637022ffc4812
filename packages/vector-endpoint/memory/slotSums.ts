import { withRoom } from './columns';

/**
 * Sums by slot that are reused from search to search: only slots that a search found are visited and cleared, so that a
 * rare word costs little among many points.
 */
export class SlotSums {
  private sums = new Float64Array(0);
  private isFound = new Uint8Array(0);
  private slots = new Uint32Array(0);
  private count = 0;

  makeRoom(slotCount: number): void {
    this.sums = withRoom(this.sums, slotCount);
    this.isFound = withRoom(this.isFound, slotCount);
    this.slots = withRoom(this.slots, slotCount);
  }

  /** Adds to the sum of a slot, for which there is room. */
  add(slot: number, value: number): void {
    if (this.isFound[slot] === 0) {
      this.isFound[slot] = 1;
      this.slots[this.count++] = slot;
    }
    this.sums[slot]! += value;
  }

  /** Calls `take` with each slot that got a sum, in any order. Then there are no sums. */
  takeAll(take: (slot: number, sum: number) => void): void {
    const found = this.slots.subarray(0, this.count);
    try {
      for (const slot of found) {
        take(slot, this.sums[slot]!);
      }
    } finally {
      for (const slot of found) {
        this.sums[slot] = 0;
        this.isFound[slot] = 0;
      }
      this.count = 0;
    }
  }
}
