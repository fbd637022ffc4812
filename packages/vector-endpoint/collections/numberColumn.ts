import { bytesOf, withRoom } from '../memory/columns';
import type { Sections } from '../snapshot/sections';

/** The numbers of a field by slot. Most points have one, which is in a column; the others of a point are in a map. */
export class NumberColumn {
  /** NaN for a slot without a number. */
  private first = new Float64Array(0);
  private readonly more = new Map<number, readonly number[]>();

  /** Stores the numbers of a slot that has none. */
  add(slot: number, numbers: readonly number[]): void {
    this.makeRoom(slot + 1);
    const [first, ...others] = numbers;
    if (first !== undefined) {
      this.first[slot] = first;
      if (others.length > 0) {
        this.more.set(slot, others);
      }
    }
  }

  remove(slot: number): void {
    if (this.hasAny(slot)) {
      this.first[slot] = NaN;
      this.more.delete(slot);
    }
  }

  hasAny(slot: number): boolean {
    return slot < this.first.length && !Number.isNaN(this.first[slot]);
  }

  /** A test whether a number of a slot passes. Valid until the next write. */
  testOf(passes: (number: number) => boolean): (slot: number) => boolean {
    const { first, more } = this;
    return (slot) => {
      const number = first[slot] ?? NaN;
      return !Number.isNaN(number) && (passes(number) || more.get(slot)?.some(passes) === true);
    };
  }

  /** The numbers of each slot that has any. */
  *entries(): Generator<[slot: number, numbers: readonly number[]]> {
    for (let slot = 0; slot < this.first.length; slot++) {
      const number = this.first[slot]!;
      if (!Number.isNaN(number)) {
        yield [slot, [number, ...(this.more.get(slot) ?? [])]];
      }
    }
  }

  makeRoom(length: number): void {
    const old = this.first.length;
    this.first = withRoom(this.first, length);
    this.first.fill(NaN, old);
  }

  /** The numbers of a range of slots, for the snapshot. */
  save(sections: Sections, name: string, from: number, to: number): void {
    const numbers = new Float64Array(to - from).fill(NaN);
    numbers.set(this.first.subarray(from, to));
    const more: [number, readonly number[]][] = [];
    for (let slot = from; slot < to; slot++) {
      const others = this.more.get(slot);
      if (others !== undefined) {
        more.push([slot - from, others]);
      }
    }
    sections.set(`${name} first numbers`, bytesOf(numbers));
    sections.set(`${name} more numbers`, Buffer.from(JSON.stringify(more)));
  }

  restore(sections: Sections, name: string, from: number, to: number): void {
    this.makeRoom(to);
    this.first.set(sections.floats64(`${name} first numbers`, to - from), from);
    for (const [row, numbers] of sections.json(`${name} more numbers`) as [number, number[]][]) {
      this.more.set(from + row, numbers);
    }
  }
}
