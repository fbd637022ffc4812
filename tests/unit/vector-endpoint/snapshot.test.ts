import fs, {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { Collection } from '../../../packages/vector-endpoint/collections/collection';
import { readFieldSchema } from '../../../packages/vector-endpoint/collections/fieldSchema';
import { parseCollectionConfig } from '../../../packages/vector-endpoint/collections/parseCollectionConfig';
import type { PointId } from '../../../packages/vector-endpoint/collections/pointId';
import { prepareSparseVector } from '../../../packages/vector-endpoint/collections/sparseVectors';
import type { JsonObject } from '../../../packages/vector-endpoint/json/jsonValue';
import type { Operation, Point } from '../../../packages/vector-endpoint/log/operations';

const config = parseCollectionConfig({
  vectors: { dense: { size: 3, distance: 'Dot' }, other: { size: 5, distance: 'Euclid' } },
  sparse_vectors: { words: { modifier: 'idf' } },
});

const terms = 20;

/** Every second id is a UUID. */
const idOf = (number: number): PointId =>
  number % 2 === 0 ? number : `0000${number.toString(16).padStart(4, '0')}-0000-4000-8000-${'0'.repeat(12)}`;

function pointOf(number: number, salt: number): Point {
  const indices = [number % terms, (number + salt + 1) % terms].filter(
    (value, index, all) => all.indexOf(value) === index,
  );
  const sparse = prepareSparseVector(
    indices,
    indices.map((index) => index + salt + 0.5),
  );
  return {
    id: idOf(number),
    vectors: {
      dense: new Map([
        ['dense', Float32Array.from([number, salt, 1])],
        ...(number % 3 === 0 ? [['other', Float32Array.from([salt, 1, 2, 3, number])] as const] : []),
      ]),
      sparse: number % 5 === 0 ? new Map() : new Map([['words', sparse]]),
    },
    payload: { number, tag: `tag ${salt % 4}`, list: salt % 2 === 0 ? [`a${number % 7}`, `b${salt}`] : [], text: 'ü✓' },
  };
}

/** Point numbers: ranges reach over the borders of blocks of 1,024. */
const numbers = fc
  .record({ from: fc.nat(2400), count: fc.integer({ min: 1, max: 1300 }) })
  .map(({ from, count }) => Array.from({ length: count }, (_, index) => from + index));

type Step =
  | { kind: 'upsert' | 'delete' | 'tag' | 'vectors'; numbers: number[]; salt: number }
  | { kind: 'snapshot' | 'turn' | 'finish' | 'kill' | 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('upsert' as const, 'upsert' as const, 'delete' as const, 'tag' as const, 'vectors' as const),
    numbers,
    salt: fc.nat(9),
  }),
  fc.record({
    kind: fc.constantFrom(
      'snapshot' as const,
      'snapshot' as const,
      'turn' as const,
      'turn' as const,
      'finish' as const,
      'kill' as const,
      'restart' as const,
    ),
  }),
);

interface Stored {
  readonly dense: Record<string, number[]>;
  readonly words: [number, number][] | undefined;
  readonly payload: JsonObject;
}

type Model = Map<PointId, Stored>;

const storedOf = (point: Point): Stored => {
  const words = point.vectors.sparse.get('words');
  return {
    dense: Object.fromEntries([...point.vectors.dense].map(([name, vector]) => [name, [...vector]])),
    words: words && [...words.indices].map((index, at) => [index, words.values[at] ?? 0]),
    payload: point.payload,
  };
};

/** Changes the model as the operation changes the collection, and returns the operation. */
function applyToModel(model: Model, { kind, numbers: given, salt }: Extract<Step, { salt: number }>): Operation {
  if (kind === 'upsert') {
    const points = given.map((number) => pointOf(number, salt));
    points.forEach((point) => model.set(point.id, storedOf(point)));
    return { kind: 'upsert', points };
  }
  const ids = given.map(idOf).filter((id) => model.has(id));
  if (kind === 'delete') {
    ids.forEach((id) => model.delete(id));
    return { kind: 'deletePoints', ids };
  }
  if (kind === 'tag') {
    const payload = { tag: `new ${salt}`, list: [`c${salt}`] };
    ids.forEach((id) => model.set(id, { ...model.get(id)!, payload: { ...model.get(id)!.payload, ...payload } }));
    return { kind: 'setPayload', ids, payload };
  }
  const points = given
    .filter((number) => model.has(idOf(number)))
    .map((number) => ({ id: idOf(number), vectors: pointOf(number + 1, salt).vectors }));
  points.forEach(({ id, vectors }) => {
    const { dense, words } = storedOf({ id, vectors, payload: {} });
    const old = model.get(id)!;
    model.set(id, { ...old, dense: { ...old.dense, ...dense }, words: words ?? old.words });
  });
  return { kind: 'updateVectors', points };
}

function pointsOf({ points }: Collection): Model {
  return new Map(
    points.store.slotsInOrder().map((slot) => {
      const { id, ...point } = points.pointAt(slot);
      return [id, storedOf({ id, ...point })];
    }),
  );
}

const sorted = <Value>(entries: Iterable<[PointId, Value]>): [PointId, Value][] =>
  [...entries].sort(([left], [right]) => (String(left) < String(right) ? -1 : 1));

/** The points of the collection, its payload indexes and its inverted index are those of the model. */
function expectModel(collection: Collection, model: Model): void {
  expect(sorted(pointsOf(collection))).toEqual(sorted(model));
  const { points } = collection;
  const idsOf = (slots: Iterable<number>): string[] => [...slots].map((slot) => String(points.store.idAt(slot))).sort();
  for (const tag of new Set([...model.values()].map(({ payload }) => payload.tag as string))) {
    const expected = [...model].filter(([, { payload }]) => payload.tag === tag).map(([id]) => String(id));
    expect(idsOf(points.indexes.get('tag')?.slotsWith(tag) ?? [])).toEqual(expected.sort());
    expect(points.indexes.get('tag')?.countWith(tag)).toBe(expected.length);
  }
  const withC3 = [...model]
    .filter(([, { payload }]) => (payload.list as string[]).includes('c3'))
    .map(([id]) => String(id));
  expect(idsOf(points.indexes.get('list')?.slotsWith('c3') ?? [])).toEqual(withC3.sort());
  const empty = points.indexes.get('list')?.emptyTest() ?? (() => false);
  expect(idsOf([...points.store.slots()].filter(empty))).toEqual(
    [...model]
      .filter(([, { payload }]) => (payload.list as string[]).length === 0)
      .map(([id]) => String(id))
      .sort(),
  );
  const scores = new Map<PointId, number>();
  const query = prepareSparseVector([3, 4], [1, 2]);
  points.sparse
    .get('words')
    ?.score(query, false, undefined, (slot, score) => scores.set(points.store.idAt(slot), score));
  const weights = new Map(Array.from(query.indices, (index, at) => [index, query.values[at] ?? 0]));
  const expectedScores = [...model].flatMap(([id, { words = [] }]): [PointId, number][] => {
    const shared = words.filter(([index]) => weights.has(index));
    const sum = shared.reduce((total, [index, value]) => total + value * (weights.get(index) ?? 0), 0);
    return shared.length === 0 ? [] : [[id, sum]];
  });
  expect(sorted(scores)).toEqual(sorted(expectedScores));
  const indexed = [...model.values()].filter(({ words }) => words !== undefined);
  const frequency = indexed.filter(({ words = [] }) => words.some(([index]) => index === 3)).length;
  expect(points.sparse.get('words')?.inverseDocumentFrequency(3)).toBeCloseTo(
    Math.log((indexed.length - frequency + 0.5) / (frequency + 0.5) + 1),
    5,
  );
}

describe('the snapshot', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const create = (path: string): Collection => {
    const collection = Collection.create(path, 'c', config);
    collection.createIndex('tag', readFieldSchema('keyword'));
    collection.createIndex('list', readFieldSchema('keyword'));
    collection.createIndex('number', readFieldSchema('integer'));
    return collection;
  };

  const reopen = async (path: string): Promise<Collection> => {
    const collection = await Collection.open(path);
    if (collection === undefined) {
      throw new Error('the collection is missing');
    }
    return collection;
  };

  /** What the files are when the process is killed now: opened elsewhere. */
  const expectAfterKill = async (path: string, model: Model): Promise<void> => {
    const copy = `${path}.killed`;
    cpSync(path, copy, { recursive: true });
    const collection = await reopen(copy);
    expectModel(collection, model);
    await collection.close();
    rmSync(copy, { recursive: true });
  };

  it('with the log is the same points after any changes, snapshots, stops and kills', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const path = join(folder, String(run++));
        const model: Model = new Map();
        let collection = create(path);
        let snapshot = Promise.resolve();
        for (const each of steps) {
          if ('salt' in each) {
            collection.update(applyToModel(model, each));
          } else if (each.kind === 'snapshot') {
            snapshot = collection.startSnapshot();
          } else if (each.kind === 'turn') {
            await nextTurn();
          } else if (each.kind === 'finish') {
            await snapshot;
          } else if (each.kind === 'kill') {
            await expectAfterKill(path, model);
          } else {
            await collection.close();
            collection = await reopen(path);
            expectModel(collection, model);
          }
        }
        await expectAfterKill(path, model);
        expectModel(collection, model);
        expect(collection.points.store.size).toBe(model.size);
        await collection.close();
        rmSync(path, { recursive: true });
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  /** Points in three blocks, in a snapshot and in the log after it. */
  const prepare = async (path: string): Promise<Model> => {
    const model: Model = new Map();
    const collection = create(path);
    const all = Array.from({ length: 2500 }, (_, number) => number);
    collection.update(applyToModel(model, { kind: 'upsert', numbers: all, salt: 2 }));
    await collection.startSnapshot();
    collection.update(applyToModel(model, { kind: 'delete', numbers: all.slice(1000, 1100), salt: 2 }));
    await collection.close();
    return model;
  };

  const segmentIn = (path: string): string => {
    const [segment = ''] = readdirSync(path).filter((file) => file.endsWith('.segment'));
    return join(path, segment);
  };

  it('shortens the log to the changes after it', async () => {
    const path = join(folder, 'c');
    await prepare(path);
    expect(statSync(join(path, 'points.log')).size).toBeLessThan(10_000);
    expect(statSync(segmentIn(path)).size).toBeGreaterThan(100_000);
  });

  it('is used with the whole log when the process ended before the log was shortened', async () => {
    const path = join(folder, 'c');
    const model: Model = new Map();
    const collection = create(path);
    const all = Array.from({ length: 1500 }, (_, number) => number);
    collection.update(applyToModel(model, { kind: 'upsert', numbers: all, salt: 1 }));
    collection.update(applyToModel(model, { kind: 'delete', numbers: all.slice(0, 700), salt: 1 }));
    const log = readFileSync(join(path, 'points.log'));
    await collection.startSnapshot();
    await collection.close();
    writeFileSync(join(path, 'points.log'), log);
    const opened = await reopen(path);
    expectModel(opened, model);
    expect(opened.points.store.size).toBe(800);
    await opened.close();
  });

  it('is written of a data folder of an earlier version, which has only a log', async () => {
    const path = join(folder, 'c');
    const model: Model = new Map();
    const collection = create(path);
    const all = Array.from({ length: 3000 }, (_, number) => number);
    collection.update(applyToModel(model, { kind: 'upsert', numbers: all, salt: 1 }));
    await collection.close();
    expect(existsSync(join(path, 'snapshot.json'))).toBe(false);
    const opened = await reopen(path);
    await opened.startSnapshot();
    await opened.close();
    expect(existsSync(join(path, 'snapshot.json'))).toBe(true);
    await expectAfterKill(path, model);
  });

  it('of the first format is read, with the log after it, and the next one has the present format', async () => {
    const path = join(folder, 'c');
    cpSync(join(__dirname, '../../fixtures/vector-endpoint/snapshot-format-1'), path, { recursive: true });
    const model: Model = new Map();
    const all = Array.from({ length: 60 }, (_, number) => number);
    applyToModel(model, { kind: 'upsert', numbers: all, salt: 2 });
    applyToModel(model, { kind: 'delete', numbers: all.slice(10, 20), salt: 2 });
    const formatOf = (): unknown =>
      (JSON.parse(readFileSync(join(path, 'snapshot.json'), 'utf8')) as { manifest: { format: number } }).manifest
        .format;
    expect(formatOf()).toBe(1);
    const collection = await reopen(path);
    expectModel(collection, model);
    collection.update(applyToModel(model, { kind: 'tag', numbers: [1, 2, 3], salt: 5 }));
    await collection.startSnapshot();
    await collection.close();
    expect(formatOf()).toBe(2);
    await expectAfterKill(path, model);
  });

  it('of a later format is refused', async () => {
    const path = join(folder, 'c');
    await prepare(path);
    const manifest = { format: 3, sequence: 1, slotCount: 0, segments: [] };
    writeFileSync(join(path, 'snapshot.json'), JSON.stringify({ crc: crc32(JSON.stringify(manifest)), manifest }));
    await expect(Collection.open(path)).rejects.toThrow(/another version: found format 3, expected 1 or 2\. Start the/);
  });

  it('has payloads and words that are read when they are needed, and checked again then', async () => {
    const path = join(folder, 'c');
    const model = await prepare(path);
    const collection = await reopen(path);
    const { store, sparse } = collection.points;
    const bytes = readFileSync(segmentIn(path));
    const at = bytes.indexOf('"text":"ü✓"');
    expect(at).toBeGreaterThan(0);
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 1;
    writeFileSync(segmentIn(path), damaged);
    expect(() => store.payloadAt(0)).toThrow(
      /0-\d+\.segment is damaged: the part at byte \d+ does not match its checksum/,
    );
    writeFileSync(segmentIn(path), bytes.subarray(0, at));
    expect(() => store.payloadAt(0)).toThrow(/0-\d+\.segment is damaged: the file ends at byte/);
    writeFileSync(segmentIn(path), bytes);
    expect(store.payloadAt(0)).toEqual(model.get(store.idAt(0))?.payload);
    // From now on, these payloads are in memory; those of other points and the words of another block are not.
    rmSync(segmentIn(path));
    expect(store.payloadAt(1)).toEqual(model.get(store.idAt(1))?.payload);
    expect(() => store.payloadAt(64)).toThrow(/0-\d+\.segment is damaged: ENOENT/);
    expect(() => sparse.get('words')?.get(2101)).toThrow(/0-\d+\.segment is damaged: ENOENT/);
    collection.discard();
  });

  it('starts by itself after many changes, and writes only the segments that changed', async () => {
    const path = join(folder, 'c');
    const model: Model = new Map();
    const collection = create(path);
    const upsert = (from: number, count: number, salt: number): void => {
      const numbersOf = Array.from({ length: count }, (_, index) => from + index);
      collection.update(applyToModel(model, { kind: 'upsert', numbers: numbersOf, salt }));
    };
    upsert(0, 16_000, 1);
    expect(existsSync(join(path, 'snapshot.json'))).toBe(false);
    upsert(16_000, 1000, 1);
    await collection.startSnapshot();
    const first = readdirSync(path).filter((file) => file.endsWith('.segment'));
    expect(first.map((file) => file.split('-')[0]).sort()).toEqual(['0', '1']);
    upsert(16_500, 700, 2);
    await collection.startSnapshot();
    const second = readdirSync(path).filter((file) => file.endsWith('.segment'));
    expect(second.filter((file) => first.includes(file)).map((file) => file.split('-')[0])).toEqual(['0']);
    expect(second).toHaveLength(2);
    await collection.close();
    await expectAfterKill(path, model);
  }, 60_000);

  it('fills an index that was created after it, and one that was replaced', async () => {
    const path = join(folder, 'c');
    const model = await prepare(path);
    const collection = await reopen(path);
    collection.createIndex('text', readFieldSchema('keyword'));
    collection.createIndex('number', readFieldSchema('float'));
    await collection.close();
    const opened = await reopen(path);
    expect(opened.points.indexes.get('text')?.countWith('ü✓')).toBe(model.size);
    expect([...(opened.points.indexes.get('number')?.numbers() ?? [])]).toHaveLength(model.size);
    expect(opened.points.indexes.get('number')?.countWith(3)).toBe(0);
    await opened.close();
  });

  it('is refused with any damaged byte', async () => {
    const path = join(folder, 'c');
    await prepare(path);
    for (const file of [segmentIn(path), join(path, 'snapshot.json')]) {
      const bytes = readFileSync(file);
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ change;
          writeFileSync(file, damaged);
          await expect(Collection.open(path)).rejects.toThrow(/is damaged: .* Restore the file, or delete/);
        }),
        { numRuns: 40 },
      );
      writeFileSync(file, bytes);
    }
  });

  it.each([
    ['a segment is missing', (path: string) => rmSync(segmentIn(path))],
    [
      'a segment is shorter',
      (path: string) => writeFileSync(segmentIn(path), readFileSync(segmentIn(path)).subarray(0, 5000)),
    ],
    ['the snapshot is missing, which the log continues', (path: string) => rmSync(join(path, 'snapshot.json'))],
  ])('is refused when %s', async (_what, damage) => {
    const path = join(folder, 'c');
    await prepare(path);
    damage(path);
    await expect(Collection.open(path)).rejects.toThrow(/is damaged: /);
  });

  it('ends when its collection is deleted meanwhile', async () => {
    const path = join(folder, 'c');
    const collection = create(path);
    const all = Array.from({ length: 3000 }, (_, number) => number);
    collection.update(applyToModel(new Map(), { kind: 'upsert', numbers: all, salt: 1 }));
    const snapshot = collection.startSnapshot();
    await nextTurn();
    collection.discard();
    rmSync(path, { recursive: true, maxRetries: 5 });
    await expect(snapshot).resolves.toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  it('leaves no file when its last step fails, and the next one is complete', async () => {
    const path = join(folder, 'c');
    const model = await prepare(path);
    const collection = await reopen(path);
    collection.update(applyToModel(model, { kind: 'tag', numbers: [1, 2, 3], salt: 5 }));
    const before = readdirSync(path).sort();
    jest.spyOn(console, 'error').mockImplementation(() => {});
    const full = (): never => {
      throw new Error('ENOSPC: no space left on device');
    };
    for (const step of ['renameSync', 'fsyncSync', 'writeFileSync'] as const) {
      const failing = jest.spyOn(fs, step).mockImplementation(full);
      await collection.startSnapshot();
      failing.mockRestore();
      expect(readdirSync(path).sort()).toEqual(before);
      await expectAfterKill(path, model);
    }
    expect(console.error).toHaveBeenCalledTimes(3);
    jest.restoreAllMocks();
    await collection.startSnapshot();
    await collection.close();
    expect(readdirSync(path)).toHaveLength(before.length);
    await expectAfterKill(path, model);
  });

  it('is kept when a later one was interrupted', async () => {
    const path = join(folder, 'c');
    const model = await prepare(path);
    writeFileSync(join(path, '0-99.segment'), 'half of a segment');
    writeFileSync(join(path, 'snapshot.json.new'), 'half of a manifest');
    const opened = await reopen(path);
    expectModel(opened, model);
    expect(existsSync(join(path, '0-99.segment'))).toBe(false);
    expect(existsSync(join(path, 'snapshot.json.new'))).toBe(false);
    await opened.close();
  });
});
