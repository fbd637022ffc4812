import type { OrchestrationContext } from 'durable-functions';
import type { Outcome } from '../lib/ingest/step';
import type { RunKey } from '../lib/runs/runKey';
import { answering } from './answering';
import { callStep, type StepFlow } from './callStep';
import { spread } from './spread';

export const METADATA_STREAM = 'metadataStream';
export const EMBEDDING_STREAM = 'embeddingStream';

export interface StreamInput extends RunKey {
  /** Parts of the committed partition. */
  parts: number;
}

export interface MetadataResult {
  rows: number;
  deleted: number;
}

export interface EmbeddingResult {
  embedded: number;
  reused: number;
  deleted: number;
}

/** Updates PostgreSQL from the lake: loads all parts, then deletes documents that the partition no longer has. */
export function* metadataStream(context: OrchestrationContext): StepFlow<Outcome<MetadataResult>> {
  const { parts, ...key } = context.df.getInput<StreamInput>();
  return yield* answering(function* (): StepFlow<MetadataResult> {
    const { rows } = yield* spread(context, { step: 'loadDocuments', key, first: 0, count: parts });
    const { deleted } = yield* callStep(context, 'removeStaleDocuments', { ...key, rows });
    return { rows, deleted };
  });
}

/** Updates Qdrant from the lake: embeds all parts, and only then deletes stale points. */
export function* embeddingStream(context: OrchestrationContext): StepFlow<Outcome<EmbeddingResult>> {
  const { parts, ...key } = context.df.getInput<StreamInput>();
  return yield* answering(function* (): StepFlow<EmbeddingResult> {
    const chunks = yield* spread(context, { step: 'embedDocuments', key, first: 0, count: parts });
    const { embedded, reused } = chunks;
    const stale = yield* callStep(context, 'removeStaleVectors', { ...key, chunks: embedded + reused });
    return { embedded, reused, deleted: chunks.deleted + stale.deleted };
  });
}
