import type { AddFile, FileStatistics } from './deltaActions';

/** The rows of a file by its statistics. Undefined without statistics, or when they cannot be read: they are optional. */
export function rowsByStatistics({ stats }: AddFile): number | undefined {
  try {
    const { numRecords } = JSON.parse(stats ?? '{}') as Partial<FileStatistics>;
    return Number.isSafeInteger(numRecords) ? numRecords : undefined;
  } catch {
    return undefined;
  }
}
