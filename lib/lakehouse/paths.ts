import { requireDatasetName } from '../contract/datasetName';
import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';

export type ParquetCodec = 'snappy' | 'zstd';

/** All paths of the lake. Every path is relative to its container; folders end with a slash. */

/** In the raw container. */
export function rawFolder(dataset: string, date: string): string {
  return `${requireDatasetName(dataset)}/${requireDate(date)}/`;
}

/** In the processed container: the root of the Delta table. */
export function tableFolder(dataset: string): string {
  return `${requireDatasetName(dataset)}/`;
}

export function logFolder(dataset: string): string {
  return `${tableFolder(dataset)}_delta_log/`;
}

export function logEntryPath(dataset: string, version: number): string {
  return `${logFolder(dataset)}${String(version).padStart(20, '0')}.json`;
}

/** The table's version of a log entry; undefined for other files of the log folder. */
export function logEntryVersion(path: string): number | undefined {
  const match = /\/_delta_log\/(\d{20})\.json$/.exec(path);
  return match ? Number(match[1]) : undefined;
}

export function checkpointPath(dataset: string, version: number): string {
  return `${logFolder(dataset)}${String(version).padStart(20, '0')}.checkpoint.parquet`;
}

/** Names the newest checkpoint, for readers that do not list the log. */
export function lastCheckpointPath(dataset: string): string {
  return `${logFolder(dataset)}_last_checkpoint`;
}

/** Relative to the table's root, as in the log. */
export function partitionFolder(date: string): string {
  return `ingest_date=${requireDate(date)}/`;
}

/** Relative to the table's root. Readers ignore it until the log names it. */
export function partFile(key: RunKey, part: number, codec: ParquetCodec): string {
  return `${partitionFolder(key.date)}part-${partNumber(part)}-${requireRunId(key.runId)}.${codec}.parquet`;
}

/** True for a part that this run wrote, whatever its codec. */
export function isPartOfRun(path: string, key: RunKey): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    /^part-\d+-/.test(name) && name.replace(/^part-\d+-/, '').replace(/\.(snappy|zstd)\.parquet$/, '') === key.runId
  );
}

/** In the quarantine container. */
export function quarantineFile(key: RunKey, part: number): string {
  return `${quarantinePrefix(key)}${partNumber(part)}.ndjson`;
}

/** Records of a part that were dropped because a record of another part has the same key. */
export function droppedRecordsFile(key: RunKey, part: number): string {
  return `${quarantinePrefix(key)}${partNumber(part)}-dropped.ndjson`;
}

/** Prefix of all quarantine files of a run. */
export function quarantinePrefix(key: RunKey): string {
  return `${rawFolder(key.dataset, key.date)}${requireRunId(key.runId)}-part-`;
}

/** The run that wrote a quarantine file; undefined for other objects. */
export function runIdOfQuarantineFile(path: string): string | undefined {
  return /([^/]+)-part-\d+(?:-dropped)?\.ndjson$/.exec(path)?.[1];
}

/** In the staging container: a folder for each run of the dataset that is under way. */
export function stagingPrefix(dataset: string): string {
  return `${requireDatasetName(dataset)}/`;
}

/** In the staging container. */
export function stagingFolder(key: RunKey): string {
  return `${stagingPrefix(key.dataset)}${requireRunId(key.runId)}/`;
}

/** The contract as it was when the run began. Every step of the run uses it. */
export function contractFile(key: RunKey): string {
  return `${stagingFolder(key)}contract.json`;
}

/** The files of the date that the run ignores. */
export function ignoredFilesFile(key: RunKey): string {
  return `${stagingFolder(key)}ignored.json`;
}

export function planHeaderFile(key: RunKey): string {
  return `${stagingFolder(key)}plan.json`;
}

export function planShardFile(key: RunKey, shard: number): string {
  return `${stagingFolder(key)}plan-${partNumber(shard)}.json`;
}

/** The list of all files of a run, while some of them are being converted. */
export function surveyFile(key: RunKey): string {
  return `${stagingFolder(key)}survey.json`;
}

/** Files to convert, a shard of them. */
export function conversionShardFile(key: RunKey, shard: number): string {
  return `${stagingFolder(key)}convert-${partNumber(shard)}.json`;
}

/** The converted file. */
export function conversionFile(key: RunKey, conversion: number): string {
  return `${stagingFolder(key)}converted-${partNumber(conversion)}.json`;
}

export function scanHeaderFile(key: RunKey): string {
  return `${stagingFolder(key)}scan.json`;
}

export function scanShardFile(key: RunKey, shard: number): string {
  return `${stagingFolder(key)}scan-${partNumber(shard)}.json`;
}

export function blockSummaryFile(key: RunKey, block: number): string {
  return `${stagingFolder(key)}scanned-${partNumber(block)}.json`;
}

export function manifestPrefix(key: RunKey): string {
  return `${stagingFolder(key)}part-`;
}

export function manifestFile(key: RunKey, part: number): string {
  return `${manifestPrefix(key)}${partNumber(part)}.json`;
}

/** Rows to drop from one part, because a row of another part with the same key is kept. */
export function repeatedKeysFile(key: RunKey, part: number): string {
  return `${stagingFolder(key)}repeated-${partNumber(part)}.json`;
}

/** Keys of one part, for the search for duplicates across parts. */
export function keysFile(key: RunKey, part: number): string {
  return `${stagingFolder(key)}keys-${partNumber(part)}.parquet`;
}

/** Returns the date, or throws RUN_DATE_INVALID (status 400) for anything but a day of the calendar as `yyyy-mm-dd`. */
export function requireDate(date: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(date)) return date;
  throw new PipelineError('RUN_DATE_INVALID', 'The date is not a day of the calendar.', {
    found: JSON.stringify(date.slice(0, 100)),
    expected: 'yyyy-mm-dd, e.g. 2026-01-31',
    where: { field: 'date' },
    remedy: 'Give the date of the folder under raw/<dataset>/.',
  });
}

function requireRunId(runId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(runId)) return runId;
  throw new PipelineError('RUN_ID_INVALID', 'The run id is not safe in a path.', {
    found: JSON.stringify(runId.slice(0, 200)),
    expected: 'letters, digits, underscores and hyphens, at most 128',
    where: { field: 'runId' },
  });
}

function partNumber(part: number): string {
  return String(part).padStart(5, '0');
}
