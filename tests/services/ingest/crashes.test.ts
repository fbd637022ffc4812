import { createFaultPlan } from '../../support/faults/faultPlan';
import { startFaultyPlatform, type FaultyPlatform } from '../../support/faults/faultyPlatform';
import { differences, expectedTexts, writeContract, writeFiles } from '../../support/faults/partition';
import { Crash, newHistory, runIngest } from '../../support/faults/runIngest';
import { seededRandom } from '../../../bench/reliability/seededRandom';

// CRASH_EVERY=1 npx jest tests/services/ingest/crashes.test.ts
const EVERY = Number(process.env.CRASH_EVERY ?? 5);
const PARTITION = { dataset: 'crashed', date: '2026-01-01' };
/** Has the documents that the partition may have in common with other dates: its versions come and go. */
const OLDER = { dataset: 'crashed', date: '2025-12-31' };
const MAXIMUM = 800;

const plan = createFaultPlan(0);
let platform: FaultyPlatform;
beforeAll(async () => {
  platform = await startFaultyPlatform(plan);
});
afterAll(() => platform?.stop());

/**
 * Runs over changed files, and the process dies after this many changes of the stores. The engine then plays the run again, with the
 * results of the steps that had ended.
 */
async function crashAfter(changes: number): Promise<{ hasCrashed: boolean; found: object[] }> {
  await writeFiles(platform.lake, PARTITION, seededRandom(changes));
  const history = newHistory();
  let hasCrashed = false;
  plan.crashAfter(changes);
  try {
    await runIngest(platform.faulty, PARTITION, { history, isDead: () => plan.isDead() });
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    hasCrashed = true;
  } finally {
    plan.stop();
  }
  if (hasCrashed) await runIngest(platform.direct, PARTITION, { history });
  const found: object[] = [];
  for (const partition of [PARTITION, OLDER]) {
    const expected = await expectedTexts(platform.lake, partition, MAXIMUM);
    found.push(...(await differences(platform, partition, expected)));
  }
  return { hasCrashed, found: found.map((difference) => ({ changes, ...difference })) };
}

it('a process that dies between any two changes of the stores leaves a run that goes on, and nothing is lost or doubled', async () => {
  await writeContract(platform.lake, PARTITION.dataset, { version: 1, maximum: MAXIMUM, maxRejectShare: 1 });
  const shared = ['a', 'b'].flatMap((file) => [0, 1, 2, 3, 4].map((row) => `shared-${file}-${row}`));
  const rows = shared.map((id) => `${id},Title,1,,The older version of ${id}\n`).join('');
  await platform.lake.drop(OLDER.dataset, OLDER.date, 'a.csv', `id,title,n,day,body\n${rows}`);
  await runIngest(platform.direct, OLDER);
  const found: object[] = [];
  let crashes = 0;
  for (let changes = 1; ; changes += EVERY) {
    const round = await crashAfter(changes);
    found.push(...round.found);
    if (!round.hasCrashed) break;
    crashes += 1;
  }
  console.log(JSON.stringify({ every: EVERY, crashes }));
  expect(found).toEqual([]);
  // A run changes the stores often: else the proxies do not see what it does.
  expect(crashes * EVERY).toBeGreaterThan(50);
}, 600_000);
