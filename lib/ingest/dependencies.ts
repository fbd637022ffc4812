import type { ContractCatalog } from '../contract/contractCatalog';
import type { Database } from '../database/database';
import type { CommittedPart, LakeReader } from '../documents/document';
import type { Embedder } from '../embedding/embedder';
import type { ExtractStore } from '../extraction/extractStore';
import type { SqlSource } from '../extraction/sqlSource';
import type { TextChunker } from '../language/textChunker';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { GateStore } from '../quality/gateStore';
import type { CancellationStore } from '../runs/cancellationStore';
import type { RunKey } from '../runs/runKey';
import type { RunStore } from '../runs/runStore';
import type { PriceList } from '../prices/price';
import type { UsageMeter } from '../usage/usageMeter';
import type { UsageStore } from '../usage/usageStore';
import type { VectorIndex } from '../vectors/vectorIndex';

/** What the steps and the use cases of an ingest work with. Built by the composition root. */
export interface IngestDependencies {
  contracts: ContractCatalog;
  lakehouse: Lakehouse;
  lake: LakeReader;
  database: Database;
  vectors: VectorIndex;
  embedder: Embedder;
  chunker: Pick<TextChunker, 'chunk'>;
  runs: RunStore;
  gates: GateStore;
  cancellations: CancellationStore;
  extracts: ExtractStore;
  meter: UsageMeter;
  usages: UsageStore;
  prices: PriceList;
  /** The SQL source whose connection string the setting holds. Not set: SETTING_MISSING. */
  connectSource: (setting: string) => SqlSource;
  /** Part number `part` of the partition that the run has committed. Absent: LAKE_PART_NOT_FOUND, retryable. */
  committedPart: (key: RunKey, part: number) => Promise<CommittedPart>;
  /** Hours that a blocked run waits for a decision; 0: a closed gate ends the run at once. */
  gateDecisionTimeoutInHours: number;
  /** Folders of this machine that the app or its services write to, by name. */
  disks: Readonly<Record<string, string>>;
  /** Aborted when the app begins to close. From then on its clients may fail in any way. */
  closing: AbortSignal;
}
