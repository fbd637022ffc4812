import { bytesOf, withRoom } from '../memory/columns';
import type { Sections } from '../snapshot/sections';

/** A value that can be looked up exactly. */
export type Key = string | number | boolean;

interface SavedKeys {
  keys: Key[];
  /** Row and key numbers beyond the first, of points with several keys. */
  more: [row: number, numbers: number[]][];
}

/**
 * The keys of a field by slot, and the slots of each key. Keys are numbered; most points have one, which is in a column
 * of numbers. Numbers are not reused before the next start.
 */
export class KeyColumn {
  private readonly numbers = new Map<Key, number>();
  private readonly keys: Key[] = [];
  private readonly counts: number[] = [];
  /** One more than the number of the slot's first key; 0 without a key. */
  private first = new Uint32Array(0);
  private readonly more = new Map<number, readonly number[]>();
  /**
   * The slots of each key by its number, once a lookup needed them. A removed slot remains in the list until the list
   * is used again, and a slot that gets its key back is in it twice: a list as long as its count has neither.
   */
  private slotLists: number[][] | undefined;

  /** Stores the keys of a slot that has none. */
  add(slot: number, keys: readonly Key[]): void {
    this.first = withRoom(this.first, slot + 1);
    const numbers = [...new Set(keys)].map((key) => this.numberOf(key));
    this.put(slot, numbers);
    if (this.slotLists !== undefined) {
      for (const number of numbers) {
        (this.slotLists[number] ??= []).push(slot);
      }
    }
  }

  remove(slot: number): void {
    for (const number of this.numbersAt(slot)) {
      this.counts[number]!--;
    }
    if ((this.first[slot] ?? 0) > 0) {
      this.first[slot] = 0;
      this.more.delete(slot);
    }
  }

  hasAny(slot: number): boolean {
    return (this.first[slot] ?? 0) > 0;
  }

  /** Number of points that have a key. */
  countOf(key: Key): number {
    return this.counts[this.numbers.get(key) ?? -1] ?? 0;
  }

  /** The slots that have a key, each once. Not to be changed, and valid until the next write. */
  slotsOf(key: Key): readonly number[] {
    const number = this.numbers.get(key);
    if (number === undefined) {
      return [];
    }
    this.slotLists ??= this.buildLists();
    const list = this.slotLists[number] ?? [];
    if (list.length === this.counts[number]) {
      return list;
    }
    const current = [...new Set(list)].filter((slot) => this.numbersAt(slot).includes(number));
    this.slotLists[number] = current;
    return current;
  }

  /** A test whether a slot has one of some keys. Valid until the next write. */
  testOf(keys: Iterable<Key>): (slot: number) => boolean {
    const wanted = new Uint8Array(this.keys.length + 1);
    for (const key of keys) {
      const number = this.numbers.get(key);
      if (number !== undefined) {
        wanted[number + 1] = 1;
      }
    }
    const { first, more } = this;
    return more.size === 0
      ? (slot) => wanted[first[slot] ?? 0] === 1
      : (slot) => wanted[first[slot] ?? 0] === 1 || more.get(slot)?.some((number) => wanted[number + 1] === 1) === true;
  }

  /** How many points have each key, of those that pass. */
  countKeys(passes: ((slot: number) => boolean) | undefined): [key: Key, count: number][] {
    const counts = passes === undefined ? this.counts : this.countPassing(passes);
    return this.keys.flatMap((key, number): [Key, number][] => {
      const count = counts[number] ?? 0;
      return count > 0 ? [[key, count]] : [];
    });
  }

  private countPassing(passes: (slot: number) => boolean): number[] {
    const counts: number[] = Array<number>(this.keys.length).fill(0);
    this.first.forEach((first, slot) => {
      if (first > 0 && passes(slot)) {
        this.numbersAt(slot).forEach((number) => counts[number]!++);
      }
    });
    return counts;
  }

  private numbersAt(slot: number): readonly number[] {
    const first = this.first[slot] ?? 0;
    return first === 0 ? [] : [first - 1, ...(this.more.get(slot) ?? [])];
  }

  private numberOf(key: Key): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.keys.push(key) - 1;
      this.counts.push(0);
      this.numbers.set(key, number);
    }
    return number;
  }

  private put(slot: number, numbers: readonly number[]): void {
    const [first, ...others] = numbers;
    if (first !== undefined) {
      this.first[slot] = first + 1;
      if (others.length > 0) {
        this.more.set(slot, others);
      }
      numbers.forEach((number) => this.counts[number]!++);
    }
  }

  private buildLists(): number[][] {
    const lists: number[][] = this.keys.map(() => []);
    this.first.forEach((first, slot) => {
      if (first > 0) {
        lists[first - 1]!.push(slot);
      }
    });
    this.more.forEach((numbers, slot) => numbers.forEach((number) => lists[number]!.push(slot)));
    return lists;
  }

  /** The keys of a range of slots, for the snapshot: numbered from 0 again, so that it needs no other range. */
  save(sections: Sections, name: string, from: number, to: number): void {
    const renumbered = new Map<number, number>();
    const saved: SavedKeys = { keys: [], more: [] };
    const renumber = (number: number): number => {
      let known = renumbered.get(number);
      if (known === undefined) {
        known = saved.keys.push(this.keys[number]!) - 1;
        renumbered.set(number, known);
      }
      return known;
    };
    const firsts = new Uint32Array(to - from);
    for (let slot = from; slot < to; slot++) {
      const [first, ...others] = this.numbersAt(slot).map(renumber);
      firsts[slot - from] = first === undefined ? 0 : first + 1;
      if (others.length > 0) {
        saved.more.push([slot - from, others]);
      }
    }
    sections.set(`${name} first keys`, bytesOf(firsts));
    sections.set(`${name} keys`, Buffer.from(JSON.stringify(saved)));
  }

  makeRoom(slotCount: number): void {
    this.first = withRoom(this.first, slotCount);
  }

  restore(sections: Sections, name: string, from: number, to: number): void {
    this.makeRoom(to);
    const { keys, more } = sections.json(`${name} keys`) as SavedKeys;
    const numbers = keys.map((key) => this.numberOf(key));
    const firsts = sections.unsigned(`${name} first keys`, to - from);
    for (let row = 0; row < firsts.length; row++) {
      const first = firsts[row]!;
      if (first > 0) {
        const number = numbers[first - 1]!;
        this.first[from + row] = number + 1;
        this.counts[number]!++;
      }
    }
    for (const [row, others] of more) {
      const found = others.map((number) => numbers[number]!);
      this.more.set(from + row, found);
      found.forEach((number) => this.counts[number]!++);
    }
    this.slotLists = undefined;
  }
}
