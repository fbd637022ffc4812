import type { ContractCatalog } from '../contract/contractCatalog';
import type { DuckDbSettings } from '../duckdb/duckdb';
import type { DuckDbEngines } from '../duckdb/engines';
import type { LakeContainers, ObjectStore } from '../storage/objectStore';
import type { ParquetCodec } from './paths';
import type { BlockCache } from '../storage/blockCache';

/** What the steps of a run work with. Built once, by the composition root. */
export interface Lakehouse {
  store: ObjectStore;
  containers: LakeContainers;
  contracts: ContractCatalog;
  /** Local folder; made when absent. each piece of work has a folder of its own in it and removes it. */
  temporaryDirectory: string;
  parquetCodec: ParquetCodec;
  duckDb: DuckDbSettings;
  /** For what is done once for each range. Closed by who built it. */
  engines: DuckDbEngines;
  /** What scans leave for the transforms that follow on the same instance. Cleared by who built it. */
  blocks: BlockCache;
  /** Bytes after which a file is cut at the next record end. Default 64 MiB. */
  rangeLengthInBytes?: number;
  /** Bytes of a run's files up to which one activity plans it by itself. Default 64 MiB. */
  directPlanLengthInBytes?: number;
  /** Bytes of an NDJSON file's text from one point of the index of its lines to the next. Default 4 MiB. */
  lineIndexStepInBytes?: number;
}

/** As much of it as reading and committing a table takes. */
export type TableStorage = Pick<Lakehouse, 'store' | 'containers' | 'temporaryDirectory' | 'duckDb'>;
