/** Files in the folder of a run's date that the run does not use. */
export interface IgnoredFiles {
  count: number;
  /** The first of them, by name. */
  files: IgnoredFile[];
}

export interface IgnoredFile {
  /** Path in the folder of the date. */
  name: string;
  /** Bytes. */
  size: number;
  reason: IgnoredReason;
}

/**
 * `name`: it does not match the contract's glob. `case`: it would match if case did not count. `folder`: it is in a
 * sub-folder. `compression`: it is compressed, and the contract says that no file is.
 */
export type IgnoredReason = (typeof IGNORED_REASONS)[number];

export const IGNORED_REASONS = ['name', 'case', 'folder', 'compression'] as const;

/** Files of a date that a run lists; the others are counted. */
export const MOST_LISTED_FILES = 20;
