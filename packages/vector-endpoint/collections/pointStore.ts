import type { JsonObject } from '../json/jsonValue';
import { ByteArena } from '../memory/byteArena';
import { bytesOf, withRoom } from '../memory/columns';
import { IdTable } from '../memory/idTable';
import type { Sections } from '../snapshot/sections';
import type { PointId } from './pointId';

/** An answer has the payloads of a hundred points from anywhere: each of them must not read a whole block. */
const payloadsPerPiece = 64;

/**
 * Ids and payloads by slot. A slot is a small integer that identifies a point in every store of a collection. The slot
 * of a deleted point is reused for the next new point, so that vectors stay dense in memory.
 */
export class PointStore {
  private readonly ids = new IdTable();
  /** JSON texts, parsed when they are needed: a start reads a million of them, and few are ever used. */
  private readonly payloads = new ByteArena();
  private versions = new Float64Array(0);
  private freeSlots: number[] = [];
  private orderedSlots: number[] | undefined;

  /** Number of points. */
  get size(): number {
    return this.ids.size;
  }

  /** One more than the highest slot ever used: the length of the other stores. */
  get slotCount(): number {
    return this.ids.slotCount;
  }

  slotOf(id: PointId): number | undefined {
    return this.ids.slotOf(id);
  }

  isUsed(slot: number): boolean {
    return this.ids.isUsed(slot);
  }

  idAt(slot: number): PointId {
    const id = this.ids.idAt(slot);
    if (id === undefined) {
      throw new Error(`slot ${slot} contains no point`);
    }
    return id;
  }

  /** A new object on each call. */
  payloadAt(slot: number): JsonObject {
    const text = this.payloads.textAt(slot);
    return text === undefined ? {} : (JSON.parse(text) as JsonObject);
  }

  versionAt(slot: number): number {
    return this.versions[slot] ?? 0;
  }

  setPayload(slot: number, payload: JsonObject, version: number): void {
    this.payloads.set(slot, Buffer.from(JSON.stringify(payload)));
    this.setVersion(slot, version);
  }

  setVersion(slot: number, version: number): void {
    this.versions = withRoom(this.versions, slot + 1);
    this.versions[slot] = version;
  }

  /** The slot that the next new point gets. */
  get nextSlot(): number {
    return this.freeSlots.at(-1) ?? this.ids.slotCount;
  }

  /** The slot of a new point. The id must not be in use. */
  add(id: PointId): number {
    const slot = this.freeSlots.pop() ?? this.ids.slotCount;
    this.ids.add(slot, id);
    this.orderedSlots = undefined;
    return slot;
  }

  remove(slot: number): void {
    this.ids.remove(slot);
    this.payloads.remove(slot);
    this.freeSlots.push(slot);
    this.orderedSlots = undefined;
  }

  /** All slots in no particular order. */
  slots(): Iterable<number> {
    return this.ids.slots();
  }

  /** All slots in the order of their ids. Sorted once after a change of the set of ids. */
  slotsInOrder(): readonly number[] {
    this.orderedSlots ??= this.inOrder([...this.ids.slots()]);
    return this.orderedSlots;
  }

  /** Sorts slots by id, in place. */
  inOrder(slots: number[]): number[] {
    return slots.sort((left, right) => this.ids.compare(left, right));
  }

  /** The points of a range of slots, for the snapshot. */
  save(sections: Sections, from: number, to: number): void {
    const versions = new Float64Array(to - from);
    versions.set(this.versions.subarray(from, to));
    sections.set('id kinds', bytesOf(this.ids.kindsOf(from, to)));
    sections.set('ids', bytesOf(this.ids.wordsOf(from, to)));
    sections.set('versions', bytesOf(versions));
    sections.set('payload lengths', bytesOf(this.payloads.lengthsOf(from, to)));
    const pieces: Buffer[] = [];
    for (let start = from; start < to; start += payloadsPerPiece) {
      pieces.push(this.payloads.entriesOf(start, Math.min(to, start + payloadsPerPiece)));
    }
    sections.setPart({ name: 'payloads', pieces, isReadAtStart: false });
  }

  makeRoom(slotCount: number): void {
    this.ids.makeRoom(slotCount);
    this.versions = withRoom(this.versions, slotCount);
    this.payloads.makeRoom(slotCount);
  }

  restore(sections: Sections, from: number, to: number): void {
    this.ids.restore(from, sections.bytes('id kinds', to - from), sections.unsigned('ids', (to - from) * 4));
    this.versions = withRoom(this.versions, to);
    this.versions.set(sections.floats64('versions', to - from), from);
    const part = sections.part('payloads');
    // The first format has one piece.
    const rows = part.length === 1 ? to - from : payloadsPerPiece;
    this.payloads.adopt(part, from, sections.unsigned('payload lengths', to - from), rows);
    this.orderedSlots = undefined;
  }

  /** Finds the slots that new points may reuse, after all points were restored. */
  findFreeSlots(): void {
    this.freeSlots = [];
    for (let slot = this.slotCount - 1; slot >= 0; slot--) {
      if (!this.isUsed(slot)) {
        this.freeSlots.push(slot);
      }
    }
  }
}
