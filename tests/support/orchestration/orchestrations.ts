import type { OrchestrationContext } from 'durable-functions';
import { INGEST, ingest } from '../../../orchestrators/ingest';
import { PLANNING, planning } from '../../../orchestrators/planning';
import { SPREAD, spreadOrchestration } from '../../../orchestrators/spread';
import { EMBEDDING_STREAM, embeddingStream, METADATA_STREAM, metadataStream } from '../../../orchestrators/streams';

export type Play = (context: OrchestrationContext) => Generator<unknown, unknown, unknown>;

/** The app's orchestrators by the names under which they are registered. */
export const ORCHESTRATIONS: Readonly<Record<string, Play>> = {
  [INGEST]: ingest,
  [PLANNING]: planning,
  [SPREAD]: spreadOrchestration,
  [METADATA_STREAM]: metadataStream,
  [EMBEDDING_STREAM]: embeddingStream,
};
