import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createFaultPlan } from '../../support/faults/faultPlan';
import { startFaultyPlatform, type FaultyPlatform } from '../../support/faults/faultyPlatform';
import { expectedTexts, storedDocuments, writeFiles } from '../../support/faults/partition';
import { runIngest } from '../../support/faults/runIngest';
import { seededRandom } from '../../../bench/reliability/seededRandom';
import { contractText } from '../../support/lake';

// FAULT_SEEDS=1000 FAULT_FIRST_SEED=1 npx jest tests/services/ingest/faults.test.ts
const SEEDS = Number(process.env.FAULT_SEEDS ?? 10);
const FIRST_SEED = Number(process.env.FAULT_FIRST_SEED ?? 1);
const SHARE_OF_FAULTS = 0.03;
const STEPS_OF_A_SEED = 3;
const DATES = ['2026-01-01', '2026-01-02'];

const plan = createFaultPlan(SHARE_OF_FAULTS);
const totals = { runs: 0, failed: 0 };
let platform: FaultyPlatform;
beforeAll(async () => {
  platform = await startFaultyPlatform(plan);
});
afterAll(async () => {
  await platform?.stop();
  console.log(JSON.stringify({ seeds: SEEDS, firstSeed: FIRST_SEED, ...totals, faults: plan.counts }));
});

async function writeContract(dataset: string, version: number, maximum: number): Promise<void> {
  const text = contractText({ dataset })
    .replace('version: 1.0.0', `version: ${version}.0.0`)
    .replace('maximum: 1000', `maximum: ${maximum}`);
  await writeFile(path.join(platform.lake.contractsFolder, `${dataset}.yaml`), text);
}

/** Differences between the stores and what `raw/` must give; empty when all agree. */
async function differences(dataset: string, date: string, maximum: number): Promise<object[]> {
  const expected = await expectedTexts(platform.lake, { dataset, date }, maximum);
  const { texts, lake, sql, vectors, countedVectors } = await storedDocuments(platform.direct, platform.lake, {
    dataset,
    date,
  });
  const isSame =
    JSON.stringify(texts) === JSON.stringify(expected) &&
    JSON.stringify(sql) === JSON.stringify(lake) &&
    JSON.stringify(vectors) === JSON.stringify(lake) &&
    countedVectors === lake.length;
  return isSame ? [] : [{ dataset, date, expected, texts, lake, sql, vectors, countedVectors }];
}

/** Random runs under faults. A run that ends well must agree at once, one that failed after it is run again without faults. */
async function play(seed: number): Promise<object[]> {
  const random = seededRandom(seed);
  const dataset = `notes-${seed}`;
  const found: object[] = [];
  let version = 1;
  let maximum = 1000;
  await writeContract(dataset, version, maximum);
  const maximums = new Map<string, number>();
  const unfinished = new Set<string>();
  for (let step = 0; step < STEPS_OF_A_SEED; step++) {
    const date = DATES[Math.floor(random() * DATES.length)] as string;
    const isReplay = maximums.has(date) && random() < 0.3;
    if (!isReplay) await writeFiles(platform.lake, { dataset, date }, random);
    if (random() < 0.3) await writeContract(dataset, ++version, (maximum = 300 + Math.floor(random() * 700)));
    maximums.set(date, maximum);
    totals.runs += 1;
    plan.seed(seed * 1000 + step);
    try {
      await runIngest(platform.faulty, { dataset, date });
      unfinished.delete(date);
    } catch (error) {
      if (!(error as Error).message.includes('_UNAVAILABLE')) found.push({ seed, step, error: String(error) });
      totals.failed += 1;
      unfinished.add(date);
    } finally {
      plan.stop();
    }
    if (!unfinished.has(date)) found.push(...(await differences(dataset, date, maximum)));
  }
  for (const date of unfinished) {
    await runIngest(platform.direct, { dataset, date });
    maximums.set(date, maximum);
  }
  for (const [date, used] of maximums) found.push(...(await differences(dataset, date, used)));
  return found.map((difference) => ({ seed, ...difference }));
}

it(
  `loses, doubles and forgets nothing in ${SEEDS} random sequences of runs under faults of every service`,
  async () => {
    const found: object[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) found.push(...(await play(seed)));
    expect(found).toEqual([]);
    // Without these the test would show nothing.
    for (const fault of ['unavailable', 'refused', 'lost', 'cut', 'slow'] as const) {
      expect(plan.counts[fault]).toBeGreaterThan(0);
    }
  },
  60_000 + SEEDS * 10_000,
);

it('the comparison notices a row that one store has lost', async () => {
  const [dataset, date] = ['notes-lost', '2026-01-01'];
  await writeContract(dataset, 1, 1000);
  await writeFiles(platform.lake, { dataset, date }, seededRandom(1));
  await runIngest(platform.direct, { dataset, date });
  expect(await differences(dataset, date, 1000)).toEqual([]);
  await platform.direct.database.query('delete from documents where dataset = $1', [dataset]);
  expect(await differences(dataset, date, 1000)).toHaveLength(1);
});
