import type { JsonObject } from '../json/jsonValue';
import { comparePointIds, type PointId } from './pointId';

/**
 * Ids and payloads by slot. A slot is a small integer that identifies a point in every store of a collection. The slot
 * of a deleted point is reused for the next new point, so that vectors stay dense in memory.
 */
export class PointStore {
  private readonly slotById = new Map<PointId, number>();
  private readonly ids: (PointId | undefined)[] = [];
  private readonly payloads: (JsonObject | undefined)[] = [];
  private readonly versions: number[] = [];
  private readonly freeSlots: number[] = [];
  private orderedSlots: number[] | undefined;

  /** Number of points. */
  get size(): number {
    return this.slotById.size;
  }

  /** One more than the highest slot ever used: the length of the other stores. */
  get slotCount(): number {
    return this.ids.length;
  }

  slotOf(id: PointId): number | undefined {
    return this.slotById.get(id);
  }

  isUsed(slot: number): boolean {
    return this.ids[slot] !== undefined;
  }

  idAt(slot: number): PointId {
    const id = this.ids[slot];
    if (id === undefined) {
      throw new Error(`slot ${slot} contains no point`);
    }
    return id;
  }

  payloadAt(slot: number): JsonObject {
    return this.payloads[slot] ?? {};
  }

  versionAt(slot: number): number {
    return this.versions[slot] ?? 0;
  }

  setPayload(slot: number, payload: JsonObject, version: number): void {
    this.payloads[slot] = payload;
    this.versions[slot] = version;
  }

  setVersion(slot: number, version: number): void {
    this.versions[slot] = version;
  }

  /** The slot of a new point. The id must not be in use. */
  add(id: PointId): number {
    const slot = this.freeSlots.pop() ?? this.ids.length;
    this.ids[slot] = id;
    this.slotById.set(id, slot);
    this.orderedSlots = undefined;
    return slot;
  }

  remove(slot: number): void {
    this.slotById.delete(this.idAt(slot));
    this.ids[slot] = undefined;
    this.payloads[slot] = undefined;
    this.freeSlots.push(slot);
    this.orderedSlots = undefined;
  }

  /** All slots in no particular order. */
  slots(): Iterable<number> {
    return this.slotById.values();
  }

  /** All slots in the order of their ids. Sorted once after a change of the set of ids. */
  slotsInOrder(): readonly number[] {
    this.orderedSlots ??= this.inOrder([...this.slotById.values()]);
    return this.orderedSlots;
  }

  /** Sorts slots by id, in place. */
  inOrder(slots: number[]): number[] {
    return slots.sort((left, right) => comparePointIds(this.idAt(left), this.idAt(right)));
  }
}
