import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { notFound } from '../errors';
import type { JsonObject } from '../json/jsonValue';
import { readObject, readString } from '../json/readBody';
import { describeConfig, type CollectionConfig } from './collectionConfig';
import { restoreCollectionConfig } from './parseCollectionConfig';
import { readCheckedFile, replaceCheckedFile } from '../log/checkedFile';
import { removeTemporaryFiles } from '../log/durableFile';
import { describeFieldSchema, readFieldSchema, type FieldSchema } from './fieldSchema';
import { decodeOperation, encodeOperation, sequenceOf } from '../log/operationCodec';
import { OperationLog, type ReadProgress } from '../log/operationLog';
import { headerLength } from '../log/logFormat';
import { touchedCount, type Operation } from '../log/operations';
import { damagedSnapshot, readManifest, removeOtherSegments, type Manifest } from '../snapshot/manifest';
import { readSnapshot } from '../snapshot/readSnapshot';
import { segmentOf, SnapshotRun } from '../snapshot/snapshotRun';
import { PayloadIndex } from './payloadIndex';
import type { PointId } from './pointId';
import { Points } from './points';

const configFile = 'collection.json';
const logFile = 'points.log';
const pointsPerRecord = 256;

/** A snapshot is written after this many changes of points, or one change for this many points if that is more. */
const leastChangesOfSnapshot = 16_384;
const pointsPerChangeOfSnapshot = 32;

/** Also when the log has this length: points may be large. */
const longestLogInBytes = 256 * 1024 * 1024;

const reportIntervalInMilliseconds = 2000;

/** Prints how much was read, so that whoever waits for the start sees that it goes on. */
function progressReport(name: string): (progress: { readBytes: number; totalBytes: number }) => void {
  const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en-US');
  let lastReport = performance.now();
  return ({ readBytes, totalBytes }) => {
    if (performance.now() - lastReport > reportIntervalInMilliseconds) {
      lastReport = performance.now();
      console.log(`vector endpoint reads ${name}: ${megabytes(readBytes)} of ${megabytes(totalBytes)} MB`);
    }
  };
}

/**
 * A folder without a configuration may be deleted only when it never had a point: its creation was interrupted.
 *
 * @throws Error when it has points
 */
function refusePointsWithout(configPath: string, folder: string): void {
  const logged = statSync(join(folder, logFile), { throwIfNoEntry: false })?.size ?? 0;
  if (logged > headerLength || readManifest(folder) !== undefined) {
    throw new Error(
      `${configPath} is missing, but ${folder} has points. Restore the file, or delete the folder and load the collection again.`,
    );
  }
}

/**
 * One collection in one folder: `collection.json` (name, configuration, payload indexes), `snapshot.json` with its
 * segments (the points at some operation) and `points.log` (the changes after it). A change is in the log before it is in
 * memory, and in memory before it is acknowledged.
 */
export class Collection {
  private sequence = 0;
  /** Number of points in all records of the log. */
  private loggedCount = 0;
  private snapshot: Manifest | undefined;
  /** Segments with changes since the snapshot. */
  private changedSegments = new Set<number>();
  private running: { run: SnapshotRun; isDone: Promise<void> } | undefined;
  /** After a snapshot failed: the number of logged points at which to try again. */
  private retryAt = 0;

  private constructor(
    readonly name: string,
    readonly folder: string,
    private configuration: CollectionConfig,
    readonly points: Points,
    private log: OperationLog | undefined,
  ) {
    points.beforeChange = (slot) => {
      this.changedSegments.add(segmentOf(slot));
      this.running?.run.beforeChange(slot);
    };
  }

  get config(): CollectionConfig {
    return this.configuration;
  }

  /** Creates the folder of a new, empty collection. */
  static create(folder: string, name: string, config: CollectionConfig): Collection {
    mkdirSync(folder, { recursive: true });
    const collection = new Collection(name, folder, config, new Points(config), undefined);
    try {
      collection.log = OperationLog.create(join(folder, logFile));
      // Last: a folder with a configuration is a complete collection.
      collection.saveConfig();
    } catch (error) {
      collection.discard();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return collection;
  }

  /** Whether a collection was saved by a version that always writes the file of aliases. */
  static hasAliasFile(folder: string): boolean {
    const path = join(folder, configFile);
    return existsSync(path) && readCheckedFile(path).hasAliasFile === true;
  }

  /**
   * Reads a collection back.
   *
   * @returns undefined when the creation of the folder was never completed
   * @throws Error when its files are damaged
   */
  static async open(folder: string): Promise<Collection | undefined> {
    const path = join(folder, configFile);
    if (!existsSync(path)) {
      refusePointsWithout(path, folder);
      return undefined;
    }
    removeTemporaryFiles(folder);
    const saved = readCheckedFile(path);
    const config = restoreCollectionConfig(readObject(saved.config, 'config'));
    const collection = new Collection(readString(saved.name, 'name'), folder, config, new Points(config), undefined);
    try {
      for (const [field, schema] of Object.entries(readObject(saved.indexes, 'indexes'))) {
        collection.points.addIndex(field, new PayloadIndex(field, readFieldSchema(schema)));
      }
      await collection.openSnapshot();
      collection.openLog();
      if (saved.hasAliasFile !== true) {
        collection.saveConfig();
      }
    } catch (error) {
      collection.discard();
      throw error;
    }
    collection.compactIfWorthwhile(1.5);
    collection.startSnapshotIfWorthwhile();
    return collection;
  }

  private async openSnapshot(): Promise<void> {
    this.snapshot = readManifest(this.folder);
    removeOtherSegments(this.folder, this.snapshot);
    if (this.snapshot !== undefined) {
      await readSnapshot(this.folder, this.snapshot, this.points, progressReport(this.name));
      this.sequence = this.snapshot.sequence;
    }
  }

  private openLog(): void {
    const report = progressReport(this.name);
    const path = join(this.folder, logFile);
    const inSnapshot = this.sequence;
    const replay = (record: Buffer, progress: ReadProgress): void => {
      report(progress);
      // The process may have ended after the snapshot was written and before the log was shortened.
      if (this.snapshot === undefined || sequenceOf(record) > inSnapshot) {
        const { sequence, operation } = decodeOperation(record);
        this.sequence = Math.max(this.sequence, sequence);
        this.loggedCount += touchedCount(operation);
        this.points.apply(operation, sequence);
      }
    };
    const log = OperationLog.open(path, replay, ({ position, length, keptIn }) =>
      console.error(
        `vector endpoint: ${path} ended with an incomplete record of ${length} bytes at byte ${position}, as after a ` +
          `kill or a loss of power. It was not acknowledged, or not flushed to disk. Its bytes are in ${keptIn} now`,
      ),
    );
    this.log = log;
    if (log.base > inSnapshot) {
      throw damagedSnapshot(
        join(this.folder, 'snapshot.json'),
        `${path} continues a snapshot of operation ${log.base}, found ${this.snapshot === undefined ? 'none' : `one of operation ${inSnapshot}`}`,
      );
    }
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
    }
    this.sequence = sequence;
    if (this.log !== undefined) {
      this.compactIfWorthwhile(4);
      this.startSnapshotIfWorthwhile();
    }
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
    // The next snapshot contains the index.
    for (let segment = 0; segment < segmentOf(this.points.store.slotCount) + 1; segment++) {
      this.changedSegments.add(segment);
    }
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

  async close(): Promise<void> {
    this.running?.run.stop();
    await this.running?.isDone;
    this.compactIfWorthwhile(1.5);
    this.discard();
  }

  /** Closes without compaction, because the folder will be deleted. */
  discard(): void {
    this.running?.run.stop();
    this.log?.close();
    this.log = undefined;
    this.points.release();
  }

  /**
   * Writes a snapshot in the background, and then shortens the log.
   *
   * @returns when it ended; a failure is printed and changes nothing: the longer log is still complete
   */
  startSnapshot(): Promise<void> {
    if (this.running === undefined) {
      const run = new SnapshotRun(this.folder, this.points, this.snapshot, this.changedSegments, this.sequence);
      this.running = { run, isDone: this.finishSnapshot(run, this.changedSegments) };
      this.changedSegments = new Set();
    }
    return this.running.isDone;
  }

  private async finishSnapshot(run: SnapshotRun, changed: ReadonlySet<number>): Promise<void> {
    const { sequence, loggedCount } = this;
    const logLength = this.log?.length ?? 0;
    const notWritten = (): void => {
      this.changedSegments = new Set([...changed, ...this.changedSegments]);
      this.retryAt = 2 * this.loggedCount;
    };
    try {
      const snapshot = await run.write();
      if (snapshot === undefined || this.log === undefined) {
        notWritten();
        return;
      }
      this.snapshot = snapshot;
      this.retryAt = 0;
      this.log = this.log.continueAfter(sequence, logLength);
      this.loggedCount -= loggedCount;
    } catch (error) {
      if (this.log !== undefined) {
        console.error(`vector endpoint: no snapshot of ${this.name} could be written:`, error);
      }
      notWritten();
    } finally {
      this.running = undefined;
    }
  }

  private saveConfig(): void {
    const indexes = [...this.points.indexes].map(([field, index]) => [field, describeFieldSchema(index.schema)]);
    const saved = {
      name: this.name,
      config: describeConfig(this.config),
      indexes: Object.fromEntries(indexes) as JsonObject,
      // The catalogue writes it before the first collection.
      hasAliasFile: true,
    };
    replaceCheckedFile(join(this.folder, configFile), saved);
  }

  private compactIfWorthwhile(factor: number): void {
    // A snapshot takes the place of compaction.
    if (this.snapshot !== undefined || this.running !== undefined) {
      return;
    }
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

  private startSnapshotIfWorthwhile(): void {
    const changes = Math.max(leastChangesOfSnapshot, this.points.store.size / pointsPerChangeOfSnapshot, this.retryAt);
    if (this.loggedCount >= changes || (this.log?.length ?? 0) >= longestLogInBytes) {
      void this.startSnapshot();
    }
  }

  private *compactRecords(): Generator<Buffer> {
    const slots = this.points.store.slotsInOrder();
    for (let start = 0; start < slots.length; start += pointsPerRecord) {
      const points = slots.slice(start, start + pointsPerRecord).map((slot) => this.points.pointAt(slot));
      yield encodeOperation(this.sequence, { kind: 'upsert', points });
    }
  }
}
