import * as df from 'durable-functions';
import { INGEST, ingest } from '../orchestrators/ingest';
import { PLANNING, planning } from '../orchestrators/planning';
import { SPREAD, spreadOrchestration } from '../orchestrators/spread';
import { EMBEDDING_STREAM, embeddingStream, METADATA_STREAM, metadataStream } from '../orchestrators/streams';

df.app.orchestration(INGEST, ingest);
df.app.orchestration(PLANNING, planning);
df.app.orchestration(SPREAD, spreadOrchestration);
df.app.orchestration(METADATA_STREAM, metadataStream);
df.app.orchestration(EMBEDDING_STREAM, embeddingStream);
