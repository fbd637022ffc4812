import type { JsonObject } from '../json/jsonValue';
import type { NamedVectors, Operation, Point } from './operations';
import type { PointId } from '../collections/pointId';
import type { SparseVector } from '../collections/sparseVectors';

/**
 * A record: the length of a JSON head in bytes (u32, little endian), the head, then the numbers of all vectors. The
 * head says which point has which vectors; the numbers follow it, point by point in the same order, as 32-bit
 * floats and unsigned integers. An operation without vectors has only a head.
 */
interface Head {
  sequence: number;
  operation: Exclude<Operation, { kind: VectorsHead['kind'] }> | VectorsHead;
}

interface VectorsHead {
  kind: 'upsert' | 'updateVectors';
  points: PointHead[];
}

interface PointHead {
  id: PointId;
  payload?: JsonObject;
  version?: number;
  /** Name and dimension of each dense vector. */
  dense?: [string, number][];
  /** Name and number of dimensions of each sparse vector. */
  sparse?: [string, number][];
}

/** The file format is little endian, like all platforms that this project supports. */
const bytesOf = (numbers: Float32Array | Uint32Array) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);

function describePoint(point: Point | { id: PointId; vectors: NamedVectors }, numbers: Buffer[]): PointHead {
  const head: PointHead = { id: point.id };
  if ('payload' in point) {
    head.payload = point.payload;
    if (point.version !== undefined) {
      head.version = point.version;
    }
  }
  for (const [name, vector] of point.vectors.dense) {
    (head.dense ??= []).push([name, vector.length]);
    numbers.push(bytesOf(vector));
  }
  for (const [name, vector] of point.vectors.sparse) {
    (head.sparse ??= []).push([name, vector.indices.length]);
    numbers.push(bytesOf(vector.indices), bytesOf(vector.values));
  }
  return head;
}

/** The bytes of a record, without framing. */
export function encodeOperation(sequence: number, operation: Operation): Buffer {
  const numbers: Buffer[] = [];
  const head: Head = {
    sequence,
    operation:
      operation.kind === 'upsert' || operation.kind === 'updateVectors'
        ? { kind: operation.kind, points: operation.points.map((point) => describePoint(point, numbers)) }
        : operation,
  };
  const headBytes = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(headBytes.length);
  return Buffer.concat([length, headBytes, ...numbers]);
}

/** Copies numbers out of a record, because they may not be aligned there. */
class NumberReader {
  constructor(
    private readonly record: Buffer,
    private position: number,
  ) {}

  private take(byteLength: number): ArrayBuffer {
    const start = this.record.byteOffset + this.position;
    this.position += byteLength;
    if (this.position > this.record.length) {
      throw new Error('record ends before its vectors do');
    }
    return this.record.buffer.slice(start, start + byteLength) as ArrayBuffer;
  }

  floats(count: number): Float32Array {
    return new Float32Array(this.take(count * 4));
  }

  unsigned(count: number): Uint32Array {
    return new Uint32Array(this.take(count * 4));
  }
}

function readVectors(head: PointHead, numbers: NumberReader): NamedVectors {
  const dense = new Map<string, Float32Array>();
  for (const [name, dimension] of head.dense ?? []) {
    dense.set(name, numbers.floats(dimension));
  }
  const sparse = new Map<string, SparseVector>();
  for (const [name, count] of head.sparse ?? []) {
    sparse.set(name, { indices: numbers.unsigned(count), values: numbers.floats(count) });
  }
  return { dense, sparse };
}

/** The number of the operation of a record, without reading all of it. */
export function sequenceOf(record: Buffer): number {
  const start = record.toString('latin1', 4, 64);
  const [, digits] = /^\{"sequence":(\d+)/.exec(start) ?? [];
  if (digits === undefined) {
    throw new Error(`a record does not begin with its number: ${start}`);
  }
  return Number(digits);
}

/** The operation of a record made by encodeOperation. */
export function decodeOperation(record: Buffer): { sequence: number; operation: Operation } {
  const headLength = record.readUInt32LE(0);
  const head = JSON.parse(record.toString('utf8', 4, 4 + headLength)) as Head;
  const { operation, sequence } = head;
  if (!('points' in operation)) {
    return { sequence, operation };
  }
  const numbers = new NumberReader(record, 4 + headLength);
  const points = operation.points.map((point) => ({
    id: point.id,
    payload: point.payload ?? {},
    vectors: readVectors(point, numbers),
    ...(point.version !== undefined && { version: point.version }),
  }));
  return { sequence, operation: { kind: operation.kind, points } };
}
