import type { CsvHeader } from '../csv/header';
import type { BlockScan } from '../csv/blockScan';
import type { TextFault } from '../encoding/textCheck';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { scanShardFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { shardsOf, type Shards } from '../staging/shards';
import type { PlannedFile, PlanSummary } from './plan';

/** `scan.json` in staging: a run whose files are scanned in blocks, in parallel, before they can be split. */
export interface ScanHeader extends Pick<PlanSummary, 'files' | 'bytes'> {
  blocks: number;
  tableVersion: number;
}

/** A file whose header fits the contract. */
export interface ScannedFile extends PlannedFile {
  /** Bytes of the file that is scanned. */
  size: number;
  header: Pick<CsvHeader, 'length' | 'firstLine'>;
}

/** Bytes of a file between two offsets. It is not yet known where records end in it. */
export interface ScanBlock {
  file: ScannedFile;
  /** Bytes. */
  offset: number;
  length: number;
}

/** The blocks of a run, in the order of the files and their bytes. */
export function blocksToScan(lakehouse: Pick<Lakehouse, 'store' | 'containers'>, key: RunKey): Shards<ScanBlock> {
  return shardsOf(lakehouse, (shard) => scanShardFile(key, shard));
}

/** `scanned-<block>.json` in staging. */
export interface BlockSummary {
  scan: BlockScan;
  endsWithLineFeed: boolean;
  /**
   * The first byte that is not valid UTF-8; `line` counts the line feeds before it in the block. The scan is then
   * incomplete: the file is refused.
   */
  textFault?: TextFault;
}

/** Result of a planning activity: the run is planned, or needs other work first, done in parallel. */
export type PlanProgress =
  ({ next: 'transform' } & PlanSummary) | { next: 'scan'; blocks: number } | { next: 'convert'; conversions: number };
