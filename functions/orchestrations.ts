import * as df from 'durable-functions';
import { INGEST, ingest } from '../orchestrators/ingest';
import { EMBEDDING_STREAM, embeddingStream, METADATA_STREAM, metadataStream } from '../orchestrators/streams';
import { TRANSFORM_BATCH, transformBatch } from '../orchestrators/transformBatch';

df.app.orchestration(INGEST, ingest);
df.app.orchestration(TRANSFORM_BATCH, transformBatch);
df.app.orchestration(METADATA_STREAM, metadataStream);
df.app.orchestration(EMBEDDING_STREAM, embeddingStream);
