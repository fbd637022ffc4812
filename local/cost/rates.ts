import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What one step of a run used, all its attempts together. */
const stepUsed = z.object({
  step: z.string(),
  attempts: z.number(),
  activeSeconds: z.number(),
  processorSeconds: z.number(),
  storageReads: z.number(),
  storageWrites: z.number(),
  storageLists: z.number(),
  storageOthers: z.number(),
  bytesRead: z.number(),
  bytesWritten: z.number(),
  sqlStatements: z.number(),
  vectorOperations: z.number(),
  inputTokens: z.number(),
});
export type StepUsed = z.infer<typeof stepUsed>;

/** One run that was measured: how much it ingested, and what each of its steps used. */
const measuredRun = z.object({
  dataset: z.string(),
  /** Who computed the embeddings; `none`: a stand-in that answers at once, so that only the work around it is measured. */
  embedding: z.enum(['local', 'hosted', 'none']),
  sourceBytes: z.number().positive(),
  rows: z.number(),
  chunks: z.number(),
  ranges: z.number(),
  parquetBytes: z.number(),
  /** Of the row in PostgreSQL with its indexes. */
  databaseBytesPerRow: z.number(),
  /** From the start of the run to its end. */
  wallSeconds: z.number(),
  steps: z.array(stepUsed),
});
export type MeasuredRun = z.infer<typeof measuredRun>;

const measuredAnswer = z.object({
  activeSeconds: z.number(),
  /** Tokens of the prompt with its passages; of a sample of questions, for `promptEncoding`. */
  promptTokens: z.number(),
  promptEncoding: z.string(),
  questions: z.number(),
});

const rates = z.object({
  measuredAt: z.string(),
  machine: z.object({
    processor: z.string(),
    cores: z.number(),
    memoryGigabytes: z.number(),
    node: z.string(),
    /** Processes that wanted a core in the last minute, before and after. */
    load: z.tuple([z.number(), z.number()]),
    activitiesSideBySide: z.number(),
  }),
  runs: z.array(measuredRun).min(1),
  /** Tokens of a chunk with its title for a hosted embedding model, by dataset. */
  tokensPerChunk: z.record(z.string(), z.object({ tokens: z.number(), encoding: z.string(), chunks: z.number() })),
  answer: measuredAnswer.optional(),
});
export type Rates = z.infer<typeof rates>;

/** Throws when the file does not have the shape of rates. */
export function readRates(file: string): Rates {
  return rates.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** In the folder of the project; `npm run bench:rates` writes it. */
export const RATES_FILE = 'docs/benchmarks/rates.json';
