import type { IngestInput } from '../../../lib/ingest/orchestration';
import type { RunSummary } from '../../../lib/runs/run';
import { chooseContract } from '../../../lib/staging/chooseContract';
import type { FaultPlan } from './faultPlan';
import type { FaultyPlatform } from './faultyPlatform';
import { differences, expectedTexts, writeContract, writeFiles, type Limits } from './partition';
import { runIngest } from './runIngest';
import { seededRandom } from '../../../bench/reliability/seededRandom';

const STEPS_OF_A_SEED = 4;
const DATES = ['2026-01-01', '2026-01-02'];

/** What happened in the sequences that share it. */
export interface Totals {
  runs: number;
  failed: number;
  blocked: number;
  rejected: number;
  atOnce: number;
  withEarlierContract: number;
  disagreements: number;
  returned: number;
}

export function noTotals(): Totals {
  return {
    runs: 0,
    failed: 0,
    blocked: 0,
    rejected: 0,
    atOnce: 0,
    withEarlierContract: 0,
    disagreements: 0,
    returned: 0,
  };
}

type Texts = [string, string][];

/** A random sequence of runs of two dates, and what it knows about their partitions. */
export class RunSequence {
  readonly found: object[] = [];
  private readonly random: () => number;
  private limits: Limits = { version: 1, maximum: 1000, maxRejectShare: 1 };
  /** By date: what its last commit made of the files, and the contract of that run; without a commit there is none. */
  private readonly settled = new Map<string, { texts: Texts; limits?: Limits }>();
  /** A run of these dates failed: what they have is only known after another run. */
  private readonly unfinished = new Set<string>();

  constructor(
    private readonly seed: number,
    private readonly dataset: string,
    private readonly platform: FaultyPlatform,
    private readonly plan: FaultPlan,
    private readonly totals: Totals,
  ) {
    this.random = seededRandom(seed);
  }

  /** Returns what was lost, doubled or forgotten: nothing, when all is well. */
  async play(): Promise<object[]> {
    await writeContract(this.platform.lake, this.dataset, this.limits);
    for (let step = 0; step < STEPS_OF_A_SEED; step++) {
      const first = DATES[Math.floor(this.random() * DATES.length)] as string;
      const dates = this.random() < 0.2 ? DATES : [first];
      if (dates.length > 1) this.totals.atOnce += 1;
      for (const date of dates) await this.change(date);
      if (this.random() < 0.3) await this.changeContract();
      this.plan.seed(this.seed * 1000 + step);
      // Each has its own numbers: runs at the same time take them in any order.
      const chances = dates.map(() => ({ earlier: this.random(), rejection: this.random() }));
      try {
        const mayDisagree = dates.length > 1 || this.unfinished.size > 0;
        await Promise.all(
          dates.map((date, index) => this.run(date, { ...(chances[index] as (typeof chances)[number]), mayDisagree })),
        );
      } finally {
        this.plan.stop();
      }
      for (const date of dates) await this.compare(date);
    }
    await this.finish();
    for (const date of this.settled.keys()) await this.compare(date);
    return this.found.map((difference) => ({ seed: this.seed, ...difference }));
  }

  /** Runs unfinished dates again. While another one is unfinished, documents of both may still be in the wrong place. */
  private async finish(): Promise<void> {
    for (let attempt = 1; this.unfinished.size > 0; attempt++) {
      for (const date of [...this.unfinished]) {
        const texts = await expectedTexts(this.platform.lake, this.of(date), this.limits.maximum);
        try {
          await runIngest(this.platform.direct, this.of(date), { decide: (runId) => this.decide(runId, 'approve') });
          this.settled.set(date, { texts, limits: this.limits });
          this.unfinished.delete(date);
        } catch (error) {
          if (!isDisagreement(error) || attempt === DATES.length) throw error;
        }
      }
    }
  }

  private of(date: string): { dataset: string; date: string } {
    return { dataset: this.dataset, date };
  }

  private async change(date: string): Promise<void> {
    const isReplay = this.settled.has(date) && this.random() < 0.3;
    if (!isReplay) await writeFiles(this.platform.lake, this.of(date), this.random);
  }

  private async changeContract(): Promise<void> {
    this.limits = {
      version: this.limits.version + 1,
      maximum: 300 + Math.floor(this.random() * 700),
      maxRejectShare: this.random() < 0.5 ? 1 : 0.2,
    };
    await writeContract(this.platform.lake, this.dataset, this.limits);
  }

  /** `mayDisagree`: a run of another date has not ended well, or runs at the same time, and both may have a document. */
  private async run(
    date: string,
    { earlier, rejection, mayDisagree }: { earlier: number; rejection: number; mayDisagree: boolean },
  ): Promise<void> {
    this.totals.runs += 1;
    const before = this.unfinished.has(date) ? undefined : this.settled.get(date)?.limits;
    const isEarlier = before !== undefined && before !== this.limits && earlier < 0.5;
    if (isEarlier) this.totals.withEarlierContract += 1;
    const limits = isEarlier ? before : this.limits;
    const texts = await expectedTexts(this.platform.lake, this.of(date), limits.maximum);
    const input: IngestInput = { ...this.of(date) };
    if (isEarlier) input.contractHash = await chooseContract(this.platform.lake, input, 'partition');
    try {
      const summary = await runIngest(this.platform.faulty, input, {
        decide: (runId) => {
          this.totals.blocked += 1;
          return this.decide(runId, rejection < 0.5 ? 'reject' : 'approve');
        },
      });
      this.totals.returned += (summary as RunSummary).rows.returned ?? 0;
      this.settled.set(date, { texts, limits });
      this.unfinished.delete(date);
    } catch (error) {
      const { message } = error as Error;
      if (message.includes('QUALITY_GATE_REJECTED')) {
        this.totals.rejected += 1;
        // Nothing of it is visible: the partition is as it was.
        if (!this.settled.has(date)) this.settled.set(date, { texts: [] });
      } else {
        this.totals.failed += 1;
        this.unfinished.add(date);
        const isExpected = message.includes('_UNAVAILABLE') || (mayDisagree && isDisagreement(error));
        if (isDisagreement(error)) this.totals.disagreements += 1;
        if (!isExpected) this.found.push({ date, error: message });
      }
    }
  }

  private async compare(date: string): Promise<void> {
    // A date that is not finished may have documents of the others.
    if (this.unfinished.size > 0) return;
    this.found.push(...(await differences(this.platform, this.of(date), this.settled.get(date)?.texts ?? [])));
  }

  /** Without faults: it comes from a person, through the API. */
  private decide(runId: string, decision: 'approve' | 'reject'): Promise<unknown> {
    return this.platform.direct.gates.decide(runId, { decision, decidedBy: 'the test', reason: 'chosen by the seed' });
  }
}

/** The run says that the stores do not agree, so it is not silent. */
function isDisagreement(error: unknown): boolean {
  return /RECONCILE_MISMATCH|VECTORS_INCOMPLETE/.test((error as Error).message);
}
