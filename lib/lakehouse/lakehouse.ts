import type { ContractCatalog } from '../contract/contractCatalog';
import type { DuckDbSettings } from '../duckdb/duckdb';
import type { DuckDbEngines } from '../duckdb/engines';
import type { LakeContainers, ObjectStore } from '../storage/objectStore';
import type { ParquetCodec } from './paths';
import type { BlockCache } from '../storage/blockCache';

/** Everything that the steps of a run use. Built once, by the composition root. */
export interface Lakehouse {
  store: ObjectStore;
  containers: LakeContainers;
  contracts: ContractCatalog;
  /** Local folder; created when absent. Each task creates its own folder in it and removes it. */
  temporaryDirectory: string;
  parquetCodec: ParquetCodec;
  duckDb: DuckDbSettings;
  /** Engines for the work on each range. The composition root closes them. */
  engines: DuckDbEngines;
  /** Blocks that scans keep for transforms on the same instance. The composition root clears it. */
  blocks: BlockCache;
  /** Bytes after which a file is split at the next record end. Default 64 MiB. */
  rangeLengthInBytes?: number;
  /** Largest run that one activity plans by itself, in bytes of its files. Default 64 MiB. */
  directPlanLengthInBytes?: number;
  /** Time limit of one quality rule. Default 300 s. */
  qualityRuleTimeoutInSeconds?: number;
  /** JavaScript of the process that runs the queries of rules. Default: the compiled one. */
  queryProcessFile?: string;
  /** Bytes of NDJSON text between two points of the line index. Default 4 MiB. */
  lineIndexStepInBytes?: number;
}

/** What reading and committing a table needs. */
export type TableStorage = Pick<Lakehouse, 'store' | 'containers' | 'temporaryDirectory' | 'duckDb'>;
