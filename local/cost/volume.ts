import type { MeasuredRun, Rates } from './rates';

/** What somebody wants to know the cost of. */
export interface Volume {
  gigabytesPerDay: number;
  /** Share of the bytes in files of long texts; the others are in files of short rows. 0 to 1. */
  textShare: number;
  /** Share of the documents that are new or changed: only these are embedded. 0 to 1. */
  newShare: number;
  /** Datasets that have files on a day: each is one run. */
  runsPerDay: number;
  /** Days whose files, rows and vectors are kept. */
  keptDays: number;
  questionsPerDay: number;
  /** Tokens that a chat model writes for an answer, its reasoning included. */
  answerTokens: number;
}

/** What a month of that volume uses. */
export interface MonthlyUse {
  gigabytes: number;
  /** Processor time of the instances, and the time that a clock measured; in seconds of an instance with the measured cores. */
  processorSeconds: number;
  clockSeconds: number;
  executions: number;
  reads: number;
  writes: number;
  others: number;
  /** GB that cross the border of the lake, in both directions. */
  transferredGigabytes: number;
  rawGigabytesPerDay: number;
  parquetGigabytesPerDay: number;
  databaseGigabytesPerDay: number;
  chunksPerDay: number;
  embeddedTokens: number;
}

export const DAYS = 30;
const GIGABYTE = 1e9;

/** Steps whose work grows with the bytes. `planRun` reads small files itself, and leaves large ones to `scanBlock`. */
const FANNED_OUT = new Set([
  'planRun',
  'convertFile',
  'scanBlock',
  'transformRange',
  'dropRepeatedKeys',
  'loadDocuments',
  'embedDocuments',
]);

/**
 * Multiplies the measured rates. Seconds and bytes of the steps that read or write the data grow with the bytes. The other
 * steps, and all requests that write, grow with the number of ranges: at least one range for each run.
 */
export function monthlyUse(rates: Rates, volume: Volume, embedding: MeasuredRun['embedding']): MonthlyUse {
  const use: MonthlyUse = {
    gigabytes: volume.gigabytesPerDay * DAYS,
    processorSeconds: 0,
    clockSeconds: 0,
    executions: 0,
    reads: 0,
    writes: 0,
    others: 0,
    transferredGigabytes: 0,
    rawGigabytesPerDay: volume.gigabytesPerDay,
    parquetGigabytesPerDay: 0,
    databaseGigabytesPerDay: 0,
    chunksPerDay: 0,
    embeddedTokens: 0,
  };
  for (const [dataset, share] of sharesOf(volume)) {
    if (share > 0) addShare(use, rates, runOf(rates, dataset, embedding), volume, share);
  }
  return use;
}

function sharesOf({ textShare }: Pick<Volume, 'textShare'>): [dataset: string, share: number][] {
  return [
    ['documents', textShare],
    ['narrow', 1 - textShare],
  ];
}

/** The run of the rates with this dataset and embedding, or the only run with the dataset. */
function runOf(rates: Rates, dataset: string, embedding: MeasuredRun['embedding']): MeasuredRun {
  const ofDataset = rates.runs.filter((run) => run.dataset === dataset);
  const run =
    ofDataset.find((one) => one.embedding === embedding) ?? (rates.runs.length === 1 ? rates.runs[0] : undefined);
  if (run !== undefined) return run;
  throw new Error(`The rates have no run of ${dataset} with embedding ${embedding}. Measure one: npm run bench:rates.`);
}

function addShare(use: MonthlyUse, rates: Rates, run: MeasuredRun, volume: Volume, share: number): void {
  const bytesPerDay = volume.gigabytesPerDay * GIGABYTE * share;
  const perByte = bytesPerDay / run.sourceBytes;
  const perRange = Math.max(volume.runsPerDay * share, Math.ceil(bytesPerDay / RANGE_BYTES)) / Math.max(1, run.ranges);
  for (const step of run.steps) {
    // Chunks that the index has cost only a look-up, which was not measured alone: it counts as nothing.
    const days = DAYS * (step.step === 'embedDocuments' ? volume.newShare : 1);
    const byWork = (FANNED_OUT.has(step.step) ? perByte : perRange) * days;
    const byRange = perRange * days;
    use.processorSeconds += step.processorSeconds * byWork;
    use.clockSeconds += step.activeSeconds * byWork;
    use.reads += step.storageReads * byWork;
    use.transferredGigabytes += ((step.bytesRead + step.bytesWritten) * byWork) / GIGABYTE;
    use.executions += step.attempts * byRange;
    use.writes += (step.storageWrites + step.storageLists) * byRange;
    use.others += step.storageOthers * byRange;
  }
  use.parquetGigabytesPerDay += (run.parquetBytes * perByte) / GIGABYTE;
  use.databaseGigabytesPerDay += (run.rows * perByte * run.databaseBytesPerRow) / GIGABYTE;
  use.chunksPerDay += run.chunks * perByte;
  const { tokens } = rates.tokensPerChunk[run.dataset] ?? { tokens: tokensOf(run) };
  use.embeddedTokens += run.chunks * perByte * tokens * volume.newShare * DAYS;
}

/** The default length of a range (lib/planning). */
const RANGE_BYTES = 64 * 1024 * 1024;

/** Of a run of the platform: the tokens that its own model reported. */
function tokensOf(run: MeasuredRun): number {
  const tokens = run.steps.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  return run.chunks === 0 ? 0 : tokens / run.chunks;
}
