import type { OrchestrationContext } from 'durable-functions';
import type { RunKey } from '../lib/runs/runKey';
import { answering, sum } from './answering';
import { callStep, fanOut, type StepFlow } from './callStep';
import type { Outcome } from './steps';

export const METADATA_STREAM = 'metadataStream';
export const EMBEDDING_STREAM = 'embeddingStream';
const WIDTH = 200;

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

/** PostgreSQL follows the lake: all parts in, then what the partition no longer has goes. */
export function* metadataStream(context: OrchestrationContext): StepFlow<Outcome<MetadataResult>> {
  const { parts, ...key } = context.df.getInput<StreamInput>();
  return yield* answering(function* (): StepFlow<MetadataResult> {
    const loaded = yield* fanOut(context, 'loadDocuments', partsOf(key, parts), WIDTH);
    const { deleted } = yield* callStep(context, 'removeStaleDocuments', key);
    return { rows: sum(loaded, ({ rows }) => rows), deleted };
  });
}

/** Qdrant follows the lake: all parts embedded, and only then stale points go. */
export function* embeddingStream(context: OrchestrationContext): StepFlow<Outcome<EmbeddingResult>> {
  const { parts, ...key } = context.df.getInput<StreamInput>();
  return yield* answering(function* (): StepFlow<EmbeddingResult> {
    const done = yield* fanOut(context, 'embedDocuments', partsOf(key, parts), WIDTH);
    const { deleted } = yield* callStep(context, 'removeStaleVectors', key);
    return { embedded: sum(done, ({ embedded }) => embedded), reused: sum(done, ({ reused }) => reused), deleted };
  });
}

function partsOf(key: RunKey, parts: number): (RunKey & { part: number })[] {
  return Array.from({ length: parts }, (_, part) => ({ ...key, part }));
}
