import { malformedBody } from '../errors';
import type { JsonValue } from '../json/jsonValue';

/** An unsigned integer, or a UUID in lower case with hyphens. */
export type PointId = number | string;

const uuidPattern = /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** The canonical form of a UUID in any spelling that Qdrant accepts; undefined for other text. */
export function canonicalUuid(text: string): string | undefined {
  const match = uuidPattern.exec(text);
  return match === null ? undefined : match.slice(1, 6).join('-').toLowerCase();
}

/**
 * Reads a point id from a body.
 *
 * @throws AnswerError 400 for anything but an unsigned integer or a UUID. Integers above 2^53 - 1 are refused too:
 *   JSON.parse cannot distinguish them. A real Qdrant accepts integers up to 2^64 - 1.
 */
export function readPointId(value: JsonValue | undefined): PointId {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
    return value;
  }
  const uuid = typeof value === 'string' ? canonicalUuid(value) : undefined;
  if (uuid !== undefined) {
    return uuid;
  }
  throw malformedBody(
    `value ${JSON.stringify(value ?? null)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

/** Reads a point id from a URL path segment; undefined when it is neither. */
export function parsePointId(text: string): PointId | undefined {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : canonicalUuid(text);
}

/** The order of scrolling: integers first by value, then UUIDs. */
export function comparePointIds(left: PointId, right: PointId): number {
  if (typeof left === 'number') {
    return typeof right === 'number' ? left - right : -1;
  }
  if (typeof right === 'number') {
    return 1;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}
