import { mergeAt, mergeInto, parseJsonPath, removeAt } from '../json/jsonPath';
import type { JsonObject } from '../json/jsonValue';
import type { CollectionConfig } from './collectionConfig';
import { DenseVectors } from './denseVectors';
import type { NamedVectors, Operation, Point } from '../log/operations';
import type { PayloadIndex } from './payloadIndex';
import type { PointId } from './pointId';
import { PointStore } from './pointStore';
import { SparseVectors } from './sparseVectors';

/** The points of a collection in memory: ids, payloads, vectors and payload indexes, kept consistent. */
export class Points {
  readonly store = new PointStore();
  readonly dense = new Map<string, DenseVectors>();
  readonly sparse = new Map<string, SparseVectors>();
  /** Payload indexes by field, in the spelling with which the index was created. */
  readonly indexes = new Map<string, PayloadIndex>();

  constructor(config: CollectionConfig) {
    for (const [name, { size, distance }] of config.dense) {
      this.dense.set(name, new DenseVectors(size, distance));
    }
    for (const name of config.sparse.keys()) {
      this.sparse.set(name, new SparseVectors());
    }
  }

  hasVector(slot: number, name: string): boolean {
    return this.dense.get(name)?.has(slot) ?? this.sparse.get(name)?.has(slot) ?? false;
  }

  /** Adds an index and fills it. */
  addIndex(field: string, index: PayloadIndex): void {
    for (const slot of this.store.slotsInOrder()) {
      index.add(slot, this.store.payloadAt(slot));
    }
    this.indexes.set(field, index);
  }

  /** Applies a change. It must have been checked before: names and dimensions fit, and all its ids exist. */
  apply(operation: Operation, version: number): void {
    switch (operation.kind) {
      case 'upsert':
        return this.upsert(operation.points, version);
      case 'updateVectors':
        return this.updateVectors(operation.points, version);
      case 'deletePoints':
        return this.deletePoints(operation.ids);
      case 'deleteVectors':
        return this.deleteVectors(this.slotsOf(operation.ids), operation.names, version);
      case 'setPayload': {
        const path = operation.path === undefined ? undefined : parseJsonPath(operation.path);
        return this.changePayloads(operation.ids, version, (payload) => {
          const source = structuredClone(operation.payload);
          if (path === undefined) {
            mergeInto(payload, source);
          } else {
            mergeAt(payload, path, source);
          }
          return payload;
        });
      }
      case 'overwritePayload':
        return this.changePayloads(operation.ids, version, () => structuredClone(operation.payload));
      case 'deletePayload': {
        const paths = operation.paths.map(parseJsonPath);
        return this.changePayloads(operation.ids, version, (payload) => {
          paths.forEach((path) => removeAt(payload, path));
          return payload;
        });
      }
      case 'clearPayload':
        return this.changePayloads(operation.ids, version, () => ({}));
    }
  }

  /** A point in its stored form, for compaction. */
  pointAt(slot: number): Point {
    const dense = new Map<string, Float32Array>();
    for (const [name, vectors] of this.dense) {
      const vector = vectors.get(slot);
      if (vector !== undefined) {
        dense.set(name, vector);
      }
    }
    const sparse = new Map<string, NonNullable<ReturnType<SparseVectors['get']>>>();
    for (const [name, vectors] of this.sparse) {
      const vector = vectors.get(slot);
      if (vector !== undefined) {
        sparse.set(name, vector);
      }
    }
    return {
      id: this.store.idAt(slot),
      payload: this.store.payloadAt(slot),
      vectors: { dense, sparse },
      version: this.store.versionAt(slot),
    };
  }

  private slotsOf(ids: readonly PointId[]): number[] {
    return ids.map((id) => this.store.slotOf(id)).filter((slot) => slot !== undefined);
  }

  private upsert(points: readonly Point[], version: number): void {
    // When several points have the same id, the last one wins, as if they had been sent one by one.
    const lastById = new Map(points.map((point) => [point.id, point]));
    this.clearVectors(this.slotsOf([...lastById.keys()]), [...this.dense.keys(), ...this.sparse.keys()]);
    for (const point of lastById.values()) {
      const existing = this.store.slotOf(point.id);
      const slot = existing ?? this.store.add(point.id);
      this.replacePayload(slot, existing === undefined ? undefined : this.store.payloadAt(slot), point.payload);
      this.store.setPayload(slot, point.payload, point.version ?? version);
      this.setVectors(slot, point.vectors);
    }
  }

  private updateVectors(points: readonly { id: PointId; vectors: NamedVectors }[], version: number): void {
    for (const { id, vectors } of points) {
      for (const slot of this.slotsOf([id])) {
        this.clearVectors([slot], [...vectors.sparse.keys()]);
        this.setVectors(slot, vectors);
        this.store.setVersion(slot, version);
      }
    }
  }

  private deletePoints(ids: readonly PointId[]): void {
    const slots = this.slotsOf([...new Set(ids)]);
    this.clearVectors(slots, [...this.dense.keys(), ...this.sparse.keys()]);
    for (const slot of slots) {
      this.replacePayload(slot, this.store.payloadAt(slot), undefined);
      this.store.remove(slot);
    }
  }

  private deleteVectors(slots: readonly number[], names: readonly string[], version: number): void {
    this.clearVectors(slots, names);
    slots.forEach((slot) => this.store.setVersion(slot, version));
  }

  private clearVectors(slots: readonly number[], names: readonly string[]): void {
    for (const name of names) {
      const dense = this.dense.get(name);
      slots.forEach((slot) => dense?.remove(slot));
      this.sparse.get(name)?.removeAll(slots);
    }
  }

  private setVectors(slot: number, vectors: NamedVectors): void {
    for (const [name, vector] of vectors.dense) {
      this.dense.get(name)?.set(slot, vector);
    }
    for (const [name, vector] of vectors.sparse) {
      this.sparse.get(name)?.set(slot, vector);
    }
  }

  private changePayloads(ids: readonly PointId[], version: number, change: (payload: JsonObject) => JsonObject): void {
    for (const slot of this.slotsOf(ids)) {
      const before = this.store.payloadAt(slot);
      // An index needs the old payload to remove its values, so the change is made on a copy.
      const after = change(structuredClone(before));
      this.replacePayload(slot, before, after);
      this.store.setPayload(slot, after, version);
    }
  }

  /** Updates the indexes for a payload that was added, removed or changed. */
  private replacePayload(slot: number, before: JsonObject | undefined, after: JsonObject | undefined): void {
    for (const index of this.indexes.values()) {
      if (before !== undefined) {
        index.remove(slot, before);
      }
      if (after !== undefined) {
        index.add(slot, after);
      }
    }
  }
}
