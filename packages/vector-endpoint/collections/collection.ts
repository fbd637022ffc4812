import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notFound } from '../errors';
import type { JsonObject } from '../json/jsonValue';
import { readObject, readString } from '../json/readBody';
import { describeConfig, type CollectionConfig } from './collectionConfig';
import { restoreCollectionConfig } from './parseCollectionConfig';
import { replaceFile } from '../log/durableFile';
import { describeFieldSchema, readFieldSchema, type FieldSchema } from './fieldSchema';
import { decodeOperation, encodeOperation } from '../log/operationCodec';
import { OperationLog, type ReadProgress } from '../log/operationLog';
import { touchedCount, type Operation } from '../log/operations';
import { PayloadIndex } from './payloadIndex';
import type { PointId } from './pointId';
import { Points } from './points';

const configFile = 'collection.json';
const logFile = 'points.log';
const pointsPerRecord = 256;

const reportIntervalInMilliseconds = 2000;

/** Printed, so that whoever waits for the start sees that it goes on. */
function reportProgress(name: string, { readBytes, totalBytes }: ReadProgress): void {
  const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en-US');
  console.log(`vector endpoint reads ${name}: ${megabytes(readBytes)} of ${megabytes(totalBytes)} MB`);
}

/**
 * One collection in one folder: `collection.json` (name, configuration, payload indexes) and `points.log` (changes of
 * points). A change is in the log before it is in memory, and in memory before it is acknowledged.
 */
export class Collection {
  private sequence = 0;
  /** Number of points in all records of the log. When it is far above the number of points, the log is compacted. */
  private loggedCount = 0;

  private constructor(
    readonly name: string,
    readonly folder: string,
    private configuration: CollectionConfig,
    readonly points: Points,
    private log: OperationLog | undefined,
  ) {}

  get config(): CollectionConfig {
    return this.configuration;
  }

  /** Creates the folder of a new, empty collection. */
  static create(folder: string, name: string, config: CollectionConfig): Collection {
    mkdirSync(folder, { recursive: true });
    const collection = new Collection(name, folder, config, new Points(config), undefined);
    collection.saveConfig();
    collection.openLog();
    return collection;
  }

  /**
   * Reads a collection back.
   *
   * @returns undefined when the creation of the folder was never completed
   * @throws Error when its files are damaged
   */
  static open(folder: string): Collection | undefined {
    const path = join(folder, configFile);
    if (!existsSync(path)) {
      return undefined;
    }
    const saved = readObject(JSON.parse(readFileSync(path, 'utf8')) as JsonObject, path);
    const config = restoreCollectionConfig(readObject(saved.config, 'config'));
    const collection = new Collection(readString(saved.name, 'name'), folder, config, new Points(config), undefined);
    collection.openLog();
    for (const [field, schema] of Object.entries(readObject(saved.indexes, 'indexes'))) {
      collection.points.addIndex(field, new PayloadIndex(field, readFieldSchema(schema)));
    }
    collection.compactIfWorthwhile(1.5);
    return collection;
  }

  private openLog(): void {
    let lastReport = performance.now();
    this.log = OperationLog.open(join(this.folder, logFile), (record, progress) => {
      if (performance.now() - lastReport > reportIntervalInMilliseconds) {
        lastReport = performance.now();
        reportProgress(this.name, progress);
      }
      const { sequence, operation } = decodeOperation(record);
      this.sequence = Math.max(this.sequence, sequence);
      this.loggedCount += touchedCount(operation);
      this.points.apply(operation, sequence);
    });
  }

  /**
   * Logs and applies a checked change.
   *
   * @returns the number of the operation
   */
  update(operation: Operation): number {
    if (this.log === undefined) {
      throw new Error(`collection ${this.name} is closed`);
    }
    const sequence = this.sequence + 1;
    if (touchedCount(operation) > 0) {
      this.log.append(encodeOperation(sequence, operation));
      this.points.apply(operation, sequence);
      this.loggedCount += touchedCount(operation);
      this.compactIfWorthwhile(4);
    }
    this.sequence = sequence;
    return sequence;
  }

  patchConfig(config: CollectionConfig): void {
    this.configuration = config;
    this.saveConfig();
  }

  /** Creates a payload index, or replaces the field's index. */
  createIndex(field: string, schema: FieldSchema): number {
    this.points.addIndex(field, new PayloadIndex(field, schema));
    this.saveConfig();
    return ++this.sequence;
  }

  deleteIndex(field: string): number {
    this.points.indexes.delete(field);
    this.saveConfig();
    return ++this.sequence;
  }

  /** The slot of a point. Throws 404 when the point does not exist. */
  slotOf(id: PointId): number {
    const slot = this.points.store.slotOf(id);
    if (slot === undefined) {
      throw notFound(`No point with id ${id} found`);
    }
    return slot;
  }

  flush(): void {
    this.log?.flush();
  }

  close(): void {
    this.compactIfWorthwhile(1.5);
    this.log?.close();
    this.log = undefined;
  }

  /** Closes without compaction, because the folder will be deleted. */
  discard(): void {
    this.log?.close();
    this.log = undefined;
  }

  private saveConfig(): void {
    const indexes = [...this.points.indexes].map(([field, index]) => [field, describeFieldSchema(index.schema)]);
    const saved = {
      name: this.name,
      config: describeConfig(this.config),
      indexes: Object.fromEntries(indexes) as JsonObject,
    };
    replaceFile(join(this.folder, configFile), JSON.stringify(saved, null, 2));
  }

  private compactIfWorthwhile(factor: number): void {
    if (this.loggedCount <= factor * this.points.store.size + 1000) {
      return;
    }
    try {
      this.log?.rewrite(this.compactRecords());
    } catch (error) {
      // The longer log is still complete, so only space is wasted; the change that led here is stored.
      console.error(`vector endpoint: the log of ${this.name} could not be compacted:`, error);
    }
    this.loggedCount = this.points.store.size;
  }

  private *compactRecords(): Generator<Buffer> {
    const slots = this.points.store.slotsInOrder();
    for (let start = 0; start < slots.length; start += pointsPerRecord) {
      const points = slots.slice(start, start + pointsPerRecord).map((slot) => this.points.pointAt(slot));
      yield encodeOperation(this.sequence, { kind: 'upsert', points });
    }
  }
}
