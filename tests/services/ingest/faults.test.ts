import type { IngestInput } from '../../../lib/ingest/orchestration';
import type { RunSummary } from '../../../lib/runs/run';
import { chooseContract } from '../../../lib/staging/chooseContract';
import { createFaultPlan } from '../../support/faults/faultPlan';
import { startFaultyPlatform, type FaultyPlatform } from '../../support/faults/faultyPlatform';
import { differences, expectedTexts, writeContract, writeFiles, type Limits } from '../../support/faults/partition';
import { runIngest } from '../../support/faults/runIngest';
import { seededRandom } from '../../../bench/reliability/seededRandom';

// FAULT_SEEDS=1000 FAULT_FIRST_SEED=1 npx jest tests/services/ingest/faults.test.ts
const SEEDS = Number(process.env.FAULT_SEEDS ?? 30);
const FIRST_SEED = Number(process.env.FAULT_FIRST_SEED ?? 1);
const SHARE_OF_FAULTS = 0.03;
const STEPS_OF_A_SEED = 4;
const DATES = ['2026-01-01', '2026-01-02'];

const plan = createFaultPlan(SHARE_OF_FAULTS);
const totals = {
  runs: 0,
  failed: 0,
  blocked: 0,
  rejected: 0,
  atOnce: 0,
  withEarlierContract: 0,
  disagreements: 0,
  returned: 0,
};
let platform: FaultyPlatform;
beforeAll(async () => {
  platform = await startFaultyPlatform(plan);
});
afterAll(async () => {
  await platform?.stop();
  console.log(JSON.stringify({ seeds: SEEDS, firstSeed: FIRST_SEED, ...totals, faults: plan.counts }));
});

type Texts = [string, string][];

/** What one sequence of runs knows about its partitions. */
class Sequence {
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
  ) {
    this.random = seededRandom(seed);
  }

  async play(): Promise<object[]> {
    await writeContract(platform.lake, this.dataset, this.limits);
    for (let step = 0; step < STEPS_OF_A_SEED; step++) {
      const first = DATES[Math.floor(this.random() * DATES.length)] as string;
      const dates = this.random() < 0.2 ? DATES : [first];
      if (dates.length > 1) totals.atOnce += 1;
      for (const date of dates) await this.change(date);
      if (this.random() < 0.3) await this.changeContract();
      plan.seed(this.seed * 1000 + step);
      // Each has its own numbers: runs at the same time take them in any order.
      const chances = dates.map(() => ({ earlier: this.random(), rejection: this.random() }));
      try {
        const mayDisagree = dates.length > 1 || this.unfinished.size > 0;
        await Promise.all(
          dates.map((date, index) => this.run(date, { ...(chances[index] as (typeof chances)[number]), mayDisagree })),
        );
      } finally {
        plan.stop();
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
        const texts = await expectedTexts(platform.lake, this.of(date), this.limits.maximum);
        try {
          await runIngest(platform.direct, this.of(date), { decide: (runId) => decide(runId, 'approve') });
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
    if (!isReplay) await writeFiles(platform.lake, this.of(date), this.random);
  }

  private async changeContract(): Promise<void> {
    this.limits = {
      version: this.limits.version + 1,
      maximum: 300 + Math.floor(this.random() * 700),
      maxRejectShare: this.random() < 0.5 ? 1 : 0.2,
    };
    await writeContract(platform.lake, this.dataset, this.limits);
  }

  /** `mayDisagree`: a run of another date has not ended well, or runs at the same time, and both may have a document. */
  private async run(
    date: string,
    { earlier, rejection, mayDisagree }: { earlier: number; rejection: number; mayDisagree: boolean },
  ): Promise<void> {
    totals.runs += 1;
    const before = this.unfinished.has(date) ? undefined : this.settled.get(date)?.limits;
    const isEarlier = before !== undefined && before !== this.limits && earlier < 0.5;
    if (isEarlier) totals.withEarlierContract += 1;
    const limits = isEarlier ? before : this.limits;
    const texts = await expectedTexts(platform.lake, this.of(date), limits.maximum);
    const input: IngestInput = { ...this.of(date) };
    if (isEarlier) input.contractHash = await chooseContract(platform.lake, input, 'partition');
    try {
      const summary = await runIngest(platform.faulty, input, {
        decide: (runId) => {
          totals.blocked += 1;
          return decide(runId, rejection < 0.5 ? 'reject' : 'approve');
        },
      });
      totals.returned += (summary as RunSummary).rows.returned ?? 0;
      this.settled.set(date, { texts, limits });
      this.unfinished.delete(date);
    } catch (error) {
      const { message } = error as Error;
      if (message.includes('QUALITY_GATE_REJECTED')) {
        totals.rejected += 1;
        // Nothing of it is visible: the partition is as it was.
        if (!this.settled.has(date)) this.settled.set(date, { texts: [] });
      } else {
        totals.failed += 1;
        this.unfinished.add(date);
        const isExpected = message.includes('_UNAVAILABLE') || (mayDisagree && isDisagreement(error));
        if (isDisagreement(error)) totals.disagreements += 1;
        if (!isExpected) this.found.push({ date, error: message });
      }
    }
  }

  private async compare(date: string): Promise<void> {
    // A date that is not finished may have documents of the others.
    if (this.unfinished.size > 0) return;
    this.found.push(...(await differences(platform, this.of(date), this.settled.get(date)?.texts ?? [])));
  }
}

/** The run says that the stores do not agree, so it is not silent. */
function isDisagreement(error: unknown): boolean {
  return /RECONCILE_MISMATCH|VECTORS_INCOMPLETE/.test((error as Error).message);
}

/** Without faults: it comes from a person, through the API. */
function decide(runId: string, decision: 'approve' | 'reject'): Promise<unknown> {
  return platform.direct.gates.decide(runId, { decision, decidedBy: 'the test', reason: 'chosen by the seed' });
}

it(
  `loses, doubles and forgets nothing in ${SEEDS} random sequences of runs under faults of every service`,
  async () => {
    const found: object[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      found.push(...(await new Sequence(seed, `notes-${seed}`).play()));
    }
    expect(found).toEqual([]);
    // Without these the test would show nothing.
    for (const fault of ['unavailable', 'refused', 'lost', 'cut', 'slow'] as const) {
      expect(plan.counts[fault]).toBeGreaterThan(0);
    }
    if (SEEDS >= 30) expect(totals.returned).toBeGreaterThan(0);
  },
  60_000 + SEEDS * 10_000,
);

it('the comparison notices a row that one store has lost', async () => {
  const partition = { dataset: 'notes-lost', date: '2026-01-01' };
  await writeContract(platform.lake, partition.dataset, { version: 1, maximum: 1000, maxRejectShare: 1 });
  await writeFiles(platform.lake, partition, seededRandom(1));
  await runIngest(platform.direct, partition);
  const expected = await expectedTexts(platform.lake, partition, 1000);
  expect(await differences(platform, partition, expected)).toEqual([]);
  await platform.direct.database.query('delete from documents where dataset = $1', [partition.dataset]);
  expect(await differences(platform, partition, expected)).toHaveLength(1);
});
