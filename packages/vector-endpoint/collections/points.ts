import { mergeAt, mergeInto, parseJsonPath, removeAt } from '../json/jsonPath';
import type { JsonObject } from '../json/jsonValue';
import type { CollectionConfig } from './collectionConfig';
import { DenseVectors, rowsPerBlock } from './denseVectors';
import { describeFieldSchema } from './fieldSchema';
import type { NamedVectors, Operation, Point } from '../log/operations';
import { Sections } from '../snapshot/sections';
import type { BlockImage } from '../snapshot/segmentFile';
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
  /** Called before a slot changes. */
  beforeChange: (slot: number) => void = () => {};

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
    this.fillIndex(index, 0, this.store.slotCount);
    this.indexes.set(field, index);
  }

  private fillIndex(index: PayloadIndex, from: number, to: number): void {
    for (let slot = from; slot < to; slot++) {
      if (this.store.isUsed(slot)) {
        index.add(slot, this.store.payloadAt(slot));
      }
    }
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
          const source = operation.payload;
          if (path === undefined) {
            mergeInto(payload, source);
          } else {
            mergeAt(payload, path, source);
          }
          return payload;
        });
      }
      case 'overwritePayload':
        return this.changePayloads(operation.ids, version, () => operation.payload);
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
    const existing = this.slotsOf([...lastById.keys()]);
    existing.forEach((slot) => this.beforeChange(slot));
    this.clearVectors(existing, [...this.dense.keys(), ...this.sparse.keys()]);
    for (const point of lastById.values()) {
      const slot = this.store.slotOf(point.id) ?? this.addSlot(point.id);
      this.replaceInIndexes(slot, point.payload);
      this.store.setPayload(slot, point.payload, point.version ?? version);
      this.setVectors(slot, point.vectors);
    }
  }

  private addSlot(id: PointId): number {
    this.beforeChange(this.store.nextSlot);
    return this.store.add(id);
  }

  private updateVectors(points: readonly { id: PointId; vectors: NamedVectors }[], version: number): void {
    for (const { id, vectors } of points) {
      for (const slot of this.slotsOf([id])) {
        this.beforeChange(slot);
        this.clearVectors([slot], [...vectors.sparse.keys()]);
        this.setVectors(slot, vectors);
        this.store.setVersion(slot, version);
      }
    }
  }

  private deletePoints(ids: readonly PointId[]): void {
    const slots = this.slotsOf([...new Set(ids)]);
    slots.forEach((slot) => this.beforeChange(slot));
    this.clearVectors(slots, [...this.dense.keys(), ...this.sparse.keys()]);
    for (const slot of slots) {
      this.indexes.forEach((index) => index.remove(slot));
      this.store.remove(slot);
    }
  }

  private deleteVectors(slots: readonly number[], names: readonly string[], version: number): void {
    slots.forEach((slot) => this.beforeChange(slot));
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
      this.beforeChange(slot);
      const payload = change(this.store.payloadAt(slot));
      this.replaceInIndexes(slot, payload);
      this.store.setPayload(slot, payload, version);
    }
  }

  private replaceInIndexes(slot: number, payload: JsonObject): void {
    for (const index of this.indexes.values()) {
      index.remove(slot);
      index.add(slot, payload);
    }
  }

  /** A copy of the points of one block of slots, for the snapshot. */
  copyBlock(block: number, rowCount: number): BlockImage {
    const from = block * rowsPerBlock;
    const to = from + rowCount;
    const sections = Sections.empty();
    this.store.save(sections, from, to);
    const dense = new Map<string, Buffer>();
    const rounded = new Map<string, Buffer>();
    for (const [name, vectors] of this.dense) {
      vectors.save(sections, name, from, to);
      dense.set(name, Buffer.from(vectors.bytesOfBlock(block, rowCount)));
      const bytes = vectors.roundedBytesOfBlock(block, rowCount);
      if (bytes !== undefined) {
        rounded.set(name, Buffer.from(bytes));
      }
    }
    this.sparse.forEach((vectors, name) => vectors.save(sections, name, from, to));
    this.indexes.forEach((index, field) => index.save(sections, nameOfIndex(field, index), from, to));
    return { block, rowCount, dense, rounded, sections };
  }

  /** Allocates memory for this many slots. */
  makeRoom(slotCount: number): void {
    this.store.makeRoom(slotCount);
    this.sparse.forEach((vectors) => vectors.makeRoom(slotCount));
    this.indexes.forEach((index) => index.makeRoom(slotCount));
    this.dense.forEach((vectors) => vectors.makeRoom(slotCount));
  }

  /** Where the rows of a block of one dense vector are, or those in 8 bits, to be filled. */
  rowsOfBlock(kind: 'dense' | 'rounded', name: string, block: number, rowCount: number): Buffer {
    const vectors = this.dense.get(name);
    const rows =
      kind === 'dense' ? vectors?.bytesOfBlock(block, rowCount) : vectors?.roundedBytesOfBlock(block, rowCount);
    if (rows === undefined) {
      throw new Error(`the collection has no ${kind} rows of the vector ${JSON.stringify(name)}`);
    }
    return rows;
  }

  /** Restores a block whose rows are filled already. An index that the block was saved without is filled from payloads. */
  restoreBlock(block: number, rowCount: number, sections: Sections): void {
    const from = block * rowsPerBlock;
    const to = from + rowCount;
    this.dense.forEach((vectors, name) => vectors.restore(sections, name, from, to));
    this.store.restore(sections, from, to);
    this.sparse.forEach((vectors, name) => vectors.restore(sections, name, from, to));
    for (const [field, index] of this.indexes) {
      const name = nameOfIndex(field, index);
      if (sections.has(`${name} flags`)) {
        index.restore(sections, name, from, to);
      } else {
        this.fillIndex(index, from, to);
        // So that the next snapshot contains it.
        this.beforeChange(from);
      }
    }
  }

  finishRestore(): void {
    this.store.findFreeSlots();
  }

  /** Gives the memory of vectors back. The points must not be used any more. */
  release(): void {
    this.dense.forEach((vectors) => vectors.release());
  }
}

/** With its schema, so that an index that was replaced is not taken for the new one. */
const nameOfIndex = (field: string, index: PayloadIndex): string =>
  `index ${JSON.stringify([field, describeFieldSchema(index.schema)])}`;
