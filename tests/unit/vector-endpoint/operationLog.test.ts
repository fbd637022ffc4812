import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeOperation, encodeOperation } from '../../../packages/vector-endpoint/log/operationCodec';
import { OperationLog } from '../../../packages/vector-endpoint/log/operationLog';
import type { Operation } from '../../../packages/vector-endpoint/log/operations';

describe('the operation log', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-'));
    path = join(folder, 'points.log');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const readAll = () => {
    const records: string[] = [];
    OperationLog.open(path, (record) => records.push(record.toString())).close();
    return records;
  };

  const write = (records: readonly string[]) => {
    const log = OperationLog.open(path, () => {});
    records.forEach((record) => log.append(Buffer.from(record)));
    log.close();
  };

  it('reads back what was appended, in order, over several openings', () => {
    write(['one', 'two']);
    write(['three']);
    expect(readAll()).toEqual(['one', 'two', 'three']);
  });

  it('reads the complete records of a file truncated at any byte', () => {
    const records = ['first record', 'second', 'the third and last'];
    write(records);
    const whole = readFileSync(path).length;
    const ends: number[] = [];
    records.reduce((position, record) => {
      ends.push(position + 8 + record.length);
      return position + 8 + record.length;
    }, 8);
    for (let length = whole; length >= 0; length--) {
      truncateSync(path, length);
      expect(readAll()).toEqual(records.filter((_, index) => (ends[index] ?? Infinity) <= length));
      // Reading truncates the file to complete records, so the file is written again for the next, shorter length.
      rmSync(path);
      write(records);
    }
  });

  it('is replaced as a whole, and new records are appended', () => {
    const log = OperationLog.open(path, () => {});
    log.append(Buffer.from('old'));
    log.rewrite([Buffer.from('new'), Buffer.from('newer')]);
    log.append(Buffer.from('newest'));
    log.close();
    expect(readAll()).toEqual(['new', 'newer', 'newest']);
  });

  it('is unchanged when encoding its replacement fails', () => {
    const log = OperationLog.open(path, () => {});
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
