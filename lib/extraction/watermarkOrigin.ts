import { createHash } from 'node:crypto';
import type { SqlSourceOptions } from '../contract/sqlSource';
import type { WatermarkFacts } from './extractSql';

/** What a stored watermark was read from. Values of another origin cannot be compared with it. */
export interface WatermarkOrigin {
  column: string;
  /** Name of the column's type in the source. */
  type: string;
  /** SHA-256 (hexadecimal) of the setting and the query. */
  queryHash: string;
}

export function originOf(source: SqlSourceOptions, { type }: WatermarkFacts): WatermarkOrigin {
  const { connectionSetting, query, watermarkColumn } = source;
  const queryHash = createHash('sha256').update(`${connectionSetting}\0${query.trim()}`).digest('hex');
  return { column: watermarkColumn, type, queryHash };
}

/** Types whose values are values of each later type too, in the same order. */
const WIDENINGS = [
  ['smallint', 'integer', 'bigint', 'numeric'],
  ['character varying', 'text'],
];

/** Whether watermarks of `before` mean the same in the column of `now`. The query may still return other rows. */
export function isSameColumn(before: WatermarkOrigin, now: WatermarkOrigin): boolean {
  return before.column === now.column && (before.type === now.type || isWider(before.type, now.type));
}

function isWider(before: string, now: string): boolean {
  return WIDENINGS.some((types) => types.includes(before) && types.indexOf(now) > types.indexOf(before));
}

const NOT_FINITE = /(?:^|[^a-z])(?:infinity|nan)(?:$|[^a-z])/i;

/** Values that end every order: no later row is newer than `infinity` or `NaN`, no row is older than `-infinity`. */
export function isFinite(mark: string | null, { isText }: Pick<WatermarkFacts, 'isText'>): boolean {
  return mark === null || isText || !NOT_FINITE.test(mark);
}
