/** A small seeded generator of numbers (mulberry32): the same seed gives the same data on any machine. */
export class Random {
  constructor(private state: number) {}

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return this.next() % end;
  }

  /** One time in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of the values; with a power above 1 the first ones more often. */
  pick<T>(values: readonly T[], power = 1): T {
    const at = Math.floor((this.next() / 2 ** 32) ** power * values.length);
    return values[at] as T;
  }
}
