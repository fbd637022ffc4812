import type { PointId } from '../collections/pointId';
import { withRoom } from './columns';

const wordsPerId = 4;
const unused = 0;
const integer = 1;
const uuid = 2;

/** A removed entry: a search goes on after it. */
const removed = -1;

const hexadecimal = Array.from({ length: 65536 }, (_, value) => value.toString(16).padStart(4, '0'));

const hexadecimalOf = (word: number): [string, string] => [
  hexadecimal[word >>> 16] ?? '',
  hexadecimal[word & 0xffff] ?? '',
];

/**
 * Point ids by slot and slots by id. An id is four 32-bit words, so that a million ids are read from a file as they are:
 * the digits of a UUID, or an integer in the last two words.
 */
export class IdTable {
  private kinds = new Uint8Array(0);
  private words = new Uint32Array(0);
  /** Open addressing: one more than a slot, 0 for a free entry. Its length is a power of two. */
  private entries = new Int32Array(64);
  /** False after ids were restored: the table is built when an id is sought, because searches do not need it. */
  private isComplete = true;
  private occupiedEntries = 0;
  /** Number of ids. */
  size = 0;
  /** One more than the highest slot ever used. */
  slotCount = 0;

  private readonly sought = new Uint32Array(wordsPerId);

  isUsed(slot: number): boolean {
    return (this.kinds[slot] ?? unused) !== unused;
  }

  /** The id of a slot; undefined when the slot is not used. */
  idAt(slot: number): PointId | undefined {
    const at = slot * wordsPerId;
    switch (this.kinds[slot]) {
      case integer:
        return this.words[at + 2]! * 2 ** 32 + this.words[at + 3]!;
      case uuid: {
        const [a, b] = hexadecimalOf(this.words[at]!);
        const [c, d] = hexadecimalOf(this.words[at + 1]!);
        const [e, f] = hexadecimalOf(this.words[at + 2]!);
        const [g, h] = hexadecimalOf(this.words[at + 3]!);
        return `${a}${b}-${c}-${d}-${e}-${f}${g}${h}`;
      }
      default:
        return undefined;
    }
  }

  slotOf(id: PointId): number | undefined {
    this.complete();
    const kind = this.readWords(id);
    const mask = this.entries.length - 1;
    for (let at = hashOf(this.sought, 0, kind) & mask; ; at = (at + 1) & mask) {
      const entry = this.entries[at]!;
      if (entry === 0) {
        return undefined;
      }
      if (entry !== removed && this.isAt(entry - 1, kind)) {
        return entry - 1;
      }
    }
  }

  /** Stores an id that is not in the table at an unused slot. */
  add(slot: number, id: PointId): void {
    this.complete();
    const kind = this.readWords(id);
    this.slotCount = Math.max(this.slotCount, slot + 1);
    this.kinds = withRoom(this.kinds, this.slotCount);
    this.words = withRoom(this.words, this.slotCount * wordsPerId);
    this.kinds[slot] = kind;
    this.words.set(this.sought, slot * wordsPerId);
    this.size++;
    this.insert(slot);
  }

  remove(slot: number): void {
    this.complete();
    const kind = this.kinds[slot] ?? unused;
    const mask = this.entries.length - 1;
    for (let at = hashOf(this.words, slot * wordsPerId, kind) & mask; ; at = (at + 1) & mask) {
      if (this.entries[at] === slot + 1) {
        this.entries[at] = removed;
        break;
      }
    }
    this.kinds[slot] = unused;
    this.size--;
  }

  /** Order of two used slots by id: integers first by value, then UUIDs. */
  compare(left: number, right: number): number {
    const byKind = this.kinds[left]! - this.kinds[right]!;
    if (byKind !== 0) {
      return byKind;
    }
    for (let word = 0; word < wordsPerId; word++) {
      const difference = this.words[left * wordsPerId + word]! - this.words[right * wordsPerId + word]!;
      if (difference !== 0) {
        return difference;
      }
    }
    return 0;
  }

  *slots(): Generator<number> {
    for (let slot = 0; slot < this.slotCount; slot++) {
      if (this.kinds[slot] !== unused) {
        yield slot;
      }
    }
  }

  kindsOf(from: number, to: number): Uint8Array {
    return this.kinds.slice(from, to);
  }

  wordsOf(from: number, to: number): Uint32Array {
    return this.words.slice(from * wordsPerId, to * wordsPerId);
  }

  /** Prepares for this many ids, so that nothing grows step by step. */
  makeRoom(count: number): void {
    this.kinds = withRoom(this.kinds, count);
    this.words = withRoom(this.words, count * wordsPerId);
  }

  /** Stores the ids of consecutive slots, as `kindsOf` and `wordsOf` gave them. */
  restore(from: number, kinds: Uint8Array, words: Uint32Array): void {
    this.slotCount = Math.max(this.slotCount, from + kinds.length);
    this.kinds = withRoom(this.kinds, this.slotCount);
    this.words = withRoom(this.words, this.slotCount * wordsPerId);
    this.kinds.set(kinds, from);
    this.words.set(words, from * wordsPerId);
    for (let row = 0; row < kinds.length; row++) {
      this.size += kinds[row] === unused ? 0 : 1;
    }
    this.isComplete = false;
  }

  private complete(): void {
    if (!this.isComplete) {
      this.isComplete = true;
      this.rebuild();
    }
  }

  private isAt(slot: number, kind: number): boolean {
    const at = slot * wordsPerId;
    return (
      this.kinds[slot] === kind &&
      this.words[at + 3] === this.sought[3] &&
      this.words[at + 2] === this.sought[2] &&
      this.words[at + 1] === this.sought[1] &&
      this.words[at] === this.sought[0]
    );
  }

  private insert(slot: number): void {
    if ((this.occupiedEntries + 1) * 3 > this.entries.length * 2) {
      // Of all slots, this one included.
      this.rebuild();
    } else {
      this.place(slot);
    }
  }

  private place(slot: number): void {
    const mask = this.entries.length - 1;
    let at = hashOf(this.words, slot * wordsPerId, this.kinds[slot]!) & mask;
    while (this.entries[at]! > 0) {
      at = (at + 1) & mask;
    }
    this.occupiedEntries += this.entries[at] === removed ? 0 : 1;
    this.entries[at] = slot + 1;
  }

  /** A new table of all slots without removed entries, at most a quarter full. */
  private rebuild(): void {
    let length = 64;
    while (length < this.size * 4) {
      length *= 2;
    }
    this.entries = new Int32Array(length);
    this.occupiedEntries = 0;
    for (let slot = 0; slot < this.slotCount; slot++) {
      if (this.kinds[slot] !== unused) {
        this.place(slot);
      }
    }
  }

  private readWords(id: PointId): number {
    if (typeof id === 'number') {
      this.sought[0] = 0;
      this.sought[1] = 0;
      this.sought[2] = Math.floor(id / 2 ** 32);
      this.sought[3] = id % 2 ** 32;
      return integer;
    }
    this.sought[0] = parseInt(id.slice(0, 8), 16);
    this.sought[1] = parseInt(id.slice(9, 13) + id.slice(14, 18), 16);
    this.sought[2] = parseInt(id.slice(19, 23) + id.slice(24, 28), 16);
    this.sought[3] = parseInt(id.slice(28, 36), 16);
    return uuid;
  }
}

/** Mixes all bits of an id, because consecutive integers are common. */
function hashOf(words: Uint32Array, at: number, kind: number): number {
  let hash = kind;
  for (let word = 0; word < wordsPerId; word++) {
    hash = Math.imul(hash ^ words[at + word]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
