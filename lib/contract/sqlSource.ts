import { z } from 'zod';

/** A database table or query that is extracted into `raw/` before a run is planned. */
export interface SqlSourceOptions {
  /** One SELECT; its columns have the names that a file's header would have. */
  query: string;
  /** Column of the query whose values only grow: rows above the last committed value are new. */
  watermarkColumn: string;
  /** Name of the setting with the connection string. The contract never contains the string itself. */
  connectionSetting: string;
  /**
   * Confirms that the query or its watermark column was changed. The first run of this date or a later one extracts `all`
   * rows, or those that are `newer` than the last committed value; runs after it go on from there.
   */
  afterChange?: { date: string; rows: 'all' | 'newer' };
}

export const sqlSourceShape: z.ZodType<SqlSourceOptions> = z.strictObject({
  query: z
    .string()
    .regex(/^\s*(?:select|with|values|table)\b/i, 'expected a query: SELECT ...')
    .regex(/[^;\s]\s*$/, 'expected a query without a semicolon at its end'),
  watermarkColumn: z.string().min(1),
  connectionSetting: z
    .string()
    .regex(/^SQL_SOURCE_[A-Z0-9_]+$/, 'expected the name of a setting: SQL_SOURCE_ and a name of your choice'),
  afterChange: z
    .strictObject({
      date: z.iso.date('expected a date: YYYY-MM-DD'),
      rows: z.enum(['all', 'newer']),
    })
    .exactOptional(),
});
