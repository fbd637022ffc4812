import type { CsvHeader } from '../csv/header';
import type { RangeSummary } from '../csv/rangeSummary';
import type { TextFault } from '../encoding/textCheck';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { scanShardFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { shardsOf, type Shards } from '../staging/shards';
import type { PlannedFile, PlanSummary } from './plan';

/** `scan.json` in staging: a run whose files are scanned in blocks, side by side, before they can be cut. */
export interface ScanHeader extends Pick<PlanSummary, 'files' | 'bytes'> {
  blocks: number;
  tableVersion: number;
}

/** A file that fits the contract by its header. */
export interface ScannedFile extends PlannedFile {
  /** Bytes of the file that is scanned. */
  size: number;
  header: Pick<CsvHeader, 'length' | 'firstLine'>;
}

/** A block of a file from any byte to any byte: nothing is known yet of where records end. */
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
  range: RangeSummary;
  endsWithLineFeed: boolean;
  /**
   * The first byte of a character that is no text; `line` counts the line feeds before it in the block. Then `range` is
   * not filled in: the file is refused.
   */
  textFault?: TextFault;
}

/** How a planning activity leaves the run: planned, or with work that is done side by side first. */
export type PlanProgress =
  ({ next: 'transform' } & PlanSummary) | { next: 'scan'; blocks: number } | { next: 'convert'; conversions: number };
