import type { DataContract } from '../contract/contract';
import type { CsvDialect } from '../csv/dialect';
import type { CsvHeader } from '../csv/header';
import type { RangeSummary } from '../csv/rangeSummary';
import type { TextFault } from '../csv/textCheck';
import type { PlannedFile, PlanSummary } from './plan';

/** `scan.json` in staging: a run whose files are scanned in pieces, side by side, before they can be cut. */
export interface ScanHeader extends Pick<PlanSummary, 'files' | 'bytes'> {
  pieces: number;
  tableVersion: number;
  contract: DataContract;
}

/** `scan-<shard>.json` in staging. Every shard but the last has `RANGES_PER_SHARD` pieces. */
export interface ScanShard {
  dialect: CsvDialect;
  files: ScannedFile[];
  pieces: ScanPiece[];
}

/** A file that fits the contract by its header. */
export interface ScannedFile extends PlannedFile {
  /** Bytes of the file that is scanned. */
  size: number;
  header: Pick<CsvHeader, 'length' | 'firstLine'>;
}

/** A piece of a file from any byte to any byte: nothing is known yet of where records end. */
export interface ScanPiece {
  /** Index in the shard's `files`. */
  file: number;
  /** Bytes. */
  offset: number;
  length: number;
}

/** `scanned-<piece>.json` in staging. */
export interface PieceSummary {
  range: RangeSummary;
  endsWithLineFeed: boolean;
  /**
   * The first byte of a character that is no text; `line` counts the line feeds before it in the piece. Then `range` is
   * not filled in: the file is refused.
   */
  textFault?: TextFault;
}

/** How a planning activity leaves the run: planned, or with work that is done side by side first. */
export type PlanProgress =
  ({ next: 'transform' } & PlanSummary) | { next: 'scan'; pieces: number } | { next: 'convert'; conversions: number };
