export interface Migration {
  /** From 1, without gaps; a landed migration is never edited, only followed by another. */
  version: number;
  name: string;
  sql: string;
}
