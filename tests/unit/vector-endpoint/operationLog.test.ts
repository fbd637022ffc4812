import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { decodeOperation, encodeOperation } from '../../../packages/vector-endpoint/log/operationCodec';
import { OperationLog } from '../../../packages/vector-endpoint/log/operationLog';
import type { RemovedEnd } from '../../../packages/vector-endpoint/log/incompleteEnd';
import type { Operation } from '../../../packages/vector-endpoint/log/operations';

describe('the operation log', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-'));
    path = join(folder, 'points.log');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const readAll = (removed?: (end: RemovedEnd) => void) => {
    const records: string[] = [];
    OperationLog.open(path, (record) => records.push(record.toString()), removed).close();
    return records;
  };

  const write = (records: readonly string[]) => {
    const log = existsSync(path) ? OperationLog.open(path, () => {}) : OperationLog.create(path);
    records.forEach((record) => log.append(Buffer.from(record)));
    log.close();
  };

  it('reads back what was appended, in order, over several openings', () => {
    write(['one', 'two']);
    write(['three']);
    expect(readAll()).toEqual(['one', 'two', 'three']);
  });

  it('leaves no other file when it cannot be rewritten, and goes on', () => {
    const log = OperationLog.create(path);
    log.append(Buffer.from('one'));
    const full = (): never => {
      throw new Error('ENOSPC: no space left on device');
    };
    const steps = { writeSync: () => log.rewrite([Buffer.from('new')]), fsyncSync: () => log.continueAfter(1, 20) };
    for (const [step, rewrite] of Object.entries(steps)) {
      const failing = jest.spyOn(fs, step as keyof typeof steps).mockImplementation(full);
      expect(rewrite).toThrow('ENOSPC');
      failing.mockRestore();
      expect(readdirSync(folder)).toEqual(['points.log']);
    }
    log.append(Buffer.from('two'));
    log.close();
    expect(readAll()).toEqual(['one', 'two']);
  });

  it('reads the complete records of a file truncated at any byte', () => {
    const records = ['first record', 'second', 'the third and last'];
    write(records);
    const whole = readFileSync(path).length;
    const ends: number[] = [];
    records.reduce((position, record) => {
      ends.push(position + 12 + record.length);
      return position + 12 + record.length;
    }, 20);
    for (let length = whole; length >= 20; length--) {
      truncateSync(path, length);
      const kept: RemovedEnd[] = [];
      const bytes = readFileSync(path);
      expect(readAll((end) => kept.push(end))).toEqual(
        records.filter((_, index) => (ends[index] ?? Infinity) <= length),
      );
      const complete = [20, ...ends].filter((end) => end <= length).at(-1) ?? length;
      expect(kept.map(({ position }) => position)).toEqual(complete < length ? [complete] : []);
      for (const { position, keptIn } of kept) {
        expect(readFileSync(keptIn)).toEqual(bytes.subarray(position));
        rmSync(keptIn);
      }
      // Reading truncates the file to complete records, so the file is written again for the next, shorter length.
      rmSync(path);
      write(records);
    }
  });

  it('is refused without its whole header, which is on disk before the collection is', () => {
    write(['one']);
    for (let length = 19; length >= 0; length--) {
      truncateSync(path, length);
      expect(() => readAll()).toThrow(/points\.log is (damaged at byte 0 of|not an operation log)/);
      expect(readFileSync(path)).toHaveLength(length);
    }
  });

  it('is replaced as a whole, and new records are appended', () => {
    const log = OperationLog.create(path);
    log.append(Buffer.from('old'));
    log.rewrite([Buffer.from('new'), Buffer.from('newer')]);
    log.append(Buffer.from('newest'));
    log.close();
    expect(readAll()).toEqual(['new', 'newer', 'newest']);
  });

  it('is unchanged when encoding its replacement fails', () => {
    const log = OperationLog.create(path);
    log.append(Buffer.from('old'));
    const failing = function* (): Generator<Buffer> {
      yield Buffer.from('new');
      throw new Error('out of memory');
    };
    expect(() => log.rewrite(failing())).toThrow('out of memory');
    log.append(Buffer.from('next'));
    log.close();
    expect(readAll()).toEqual(['old', 'next']);
  });
});

describe('a damaged operation log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'damaged-log-'));
  const path = join(folder, 'points.log');

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const upsertOf = (id: number): Operation => ({
    kind: 'upsert',
    // Ends with zeros, as an unwritten end of a file does.
    points: [{ id, payload: { id }, vectors: { dense: new Map([['v', new Float32Array(3)]]), sparse: new Map() } }],
  });
  const records = [1, 2, 3, 4].map((id) => encodeOperation(id, upsertOf(id)));

  const earlier = (base?: number): Buffer => {
    const header = Buffer.alloc(base === undefined ? 8 : 16);
    header.write(base === undefined ? 'PXVLOG01' : 'PXVLOG02');
    if (base !== undefined) header.writeDoubleLE(base, 8);
    const frames = records.flatMap((record) => {
      const frame = Buffer.alloc(8);
      frame.writeUInt32LE(record.length, 0);
      frame.writeUInt32LE(crc32(record), 4);
      return [frame, record];
    });
    return Buffer.concat([header, ...frames]);
  };

  const present = (base: number): Buffer => {
    const bytes = records.reduce(
      (log, record) => {
        log.append(record);
        return log;
      },
      (rmSync(path, { force: true }), OperationLog.create(path)),
    );
    const log = base === 0 ? bytes : bytes.continueAfter(base, 20);
    log.close();
    return readFileSync(path);
  };

  const read = (bytes: Buffer) => {
    writeFileSync(path, bytes);
    const found: Buffer[] = [];
    const removed: RemovedEnd[] = [];
    const log = OperationLog.open(
      path,
      (record) => found.push(record),
      (end) => removed.push(end),
    );
    log.close();
    return { found, removed, base: log.base };
  };

  const files = (): string[] => readdirSync(folder).filter((name) => !name.endsWith('.compacting'));

  it.each([
    ['a log', () => present(0), 0],
    ['a log after a snapshot', () => present(7), 7],
    ['a log of the first version', () => earlier(), 0],
    ['a log of the second version', () => earlier(7), 7],
    ['a log of the second version after many operations', () => earlier(123_456_789_012), 123_456_789_012],
  ])('is refused and left as it is, whichever byte is changed: %s', (_what, bytesOf, base) => {
    const bytes = bytesOf();
    expect(read(bytes)).toEqual({ found: records, removed: [], base });
    const hasChecksumOfBase = bytes.toString('latin1', 0, 8) === 'PXVREC03';
    for (let at = 0; at < bytes.length; at++) {
      if (!hasChecksumOfBase && base > 0 && at >= 8 && at < 16) continue;
      const changes = at < 24 ? [0x01, 0x02, 0x03, 0x80, 0xff] : [1 << (at % 8), bytes[at] ?? 0];
      for (const change of changes.filter((each) => each !== 0)) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        expect(() => read(damaged)).toThrow(/points\.log is (damaged at byte \d+ of|not an operation log)/);
        expect(readFileSync(path).equals(damaged)).toBe(true);
      }
    }
    expect(files()).toEqual(['points.log']);
  });

  it('is read up to its unwritten end, whichever blocks a crash of the machine left as zeros', () => {
    const long = Array.from({ length: 5 }, (_, index) => Buffer.alloc(3000, `record ${index}`));
    const log = (rmSync(path, { force: true }), OperationLog.create(path));
    long.forEach((record) => log.append(record));
    log.close();
    const bytes = readFileSync(path);
    for (const written of [4096, 8192, 12288]) {
      const { found, removed } = read(
        Buffer.concat([bytes.subarray(0, written), Buffer.alloc(bytes.length - written)]),
      );
      expect(found).toEqual(long.slice(0, Math.floor((written - 20) / 3012)));
      expect(removed).toHaveLength(1);
      rmSync(removed[0]?.keptIn ?? '');
    }
  });

  it.each([
    ['the first', () => earlier()],
    ['the second', () => earlier(7)],
  ])('of %s version may end with an incomplete record, which is kept apart', (_what, bytesOf) => {
    const bytes = bytesOf();
    const lastStart = bytes.length - 8 - (records[3]?.length ?? 0);
    for (let length = lastStart + 1; length < bytes.length; length++) {
      const { found, removed } = read(bytes.subarray(0, length));
      expect(found).toEqual(records.slice(0, 3));
      expect(removed).toHaveLength(1);
      expect(readFileSync(removed[0]?.keptIn ?? '')).toEqual(bytes.subarray(lastStart, length));
      rmSync(removed[0]?.keptIn ?? '');
    }
  });

  it('is refused when it is missing', () => {
    rmSync(path, { force: true });
    expect(() => OperationLog.open(path, () => {})).toThrow(/points\.log is missing\. Restore the file/);
  });
});

describe('records of operations', () => {
  const id = fc.oneof(fc.nat(), fc.uuid());
  const float = fc.float({ noNaN: true });
  const sparse = fc.uniqueArray(fc.integer({ min: 0, max: 4294967295 }), { maxLength: 20 }).chain((indices) =>
    fc.array(float, { minLength: indices.length, maxLength: indices.length }).map((values) => ({
      indices: Uint32Array.from(indices),
      values: Float32Array.from(values),
    })),
  );
  const name = fc.string({ maxLength: 5 });
  const vectors = fc.record({
    dense: fc
      .array(
        fc.tuple(
          name,
          fc.array(float, { maxLength: 9 }).map((values) => Float32Array.from(values)),
        ),
      )
      .map((each) => new Map(each)),
    sparse: fc.array(fc.tuple(name, sparse)).map((each) => new Map(each)),
  });
  const payload = fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((each) => JSON.parse(JSON.stringify(each)) as Record<string, never>);

  it('decode to the same points, with bit-identical vectors', () => {
    const points = fc.array(fc.record({ id, vectors, payload, version: fc.nat() }), { maxLength: 5 });
    fc.assert(
      fc.property(points, fc.nat(), (given, sequence) => {
        const operation: Operation = { kind: 'upsert', points: given };
        expect(decodeOperation(encodeOperation(sequence, operation))).toEqual({ sequence, operation });
      }),
    );
  });

  it.each<Operation>([
    { kind: 'deletePoints', ids: [1, '550e8400-e29b-41d4-a716-446655440000'] },
    { kind: 'deleteVectors', ids: [1], names: ['ä'] },
    { kind: 'setPayload', ids: [1], payload: { a: null }, path: 'b.c' },
    { kind: 'overwritePayload', ids: [], payload: {} },
    { kind: 'deletePayload', ids: [1], paths: ['a[]'] },
    { kind: 'clearPayload', ids: [2] },
  ])('decode to the same $kind', (operation) => {
    expect(decodeOperation(encodeOperation(7, operation))).toEqual({ sequence: 7, operation });
  });
});
