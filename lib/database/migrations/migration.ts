import { createHash } from 'node:crypto';

export interface Migration {
  /** From 1, without gaps; a landed migration is never edited, only followed by another. */
  version: number;
  name: string;
  sql: string;
}

/** SHA-256 of the statements, in hexadecimal digits: what the database keeps of a migration that it has applied. */
export function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}
