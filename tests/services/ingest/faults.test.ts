import { createFaultPlan } from '../../support/faults/faultPlan';
import { startFaultyPlatform } from '../../support/faults/faultyPlatform';
import { differences, expectedTexts, writeContract, writeFiles } from '../../support/faults/partition';
import { FIRST_PART, playSequences, timeoutOf } from '../../support/faults/playSequences';
import { runIngest } from '../../support/faults/runIngest';
import { seededRandom } from '../../../bench/reliability/seededRandom';

// FAULT_SEEDS=1000 FAULT_FIRST_SEED=1 npm run reliability:faults

it(
  `loses, doubles and forgets nothing in ${FIRST_PART.count} random sequences of runs under faults of every service`,
  async () => {
    const { found, faults, totals } = await playSequences(FIRST_PART);
    expect(found).toEqual([]);
    // Without these the test would show nothing.
    for (const fault of ['unavailable', 'refused', 'lost', 'cut', 'slow'] as const) {
      expect(faults[fault]).toBeGreaterThan(0);
    }
    if (FIRST_PART.count >= 30) expect(totals.returned).toBeGreaterThan(0);
  },
  timeoutOf(FIRST_PART),
);

it('the comparison notices a row that one store has lost', async () => {
  const platform = await startFaultyPlatform(createFaultPlan(0));
  try {
    const partition = { dataset: 'notes-lost', date: '2026-01-01' };
    await writeContract(platform.lake, partition.dataset, { version: 1, maximum: 1000, maxRejectShare: 1 });
    await writeFiles(platform.lake, partition, seededRandom(1));
    await runIngest(platform.direct, partition);
    const expected = await expectedTexts(platform.lake, partition, 1000);
    expect(await differences(platform, partition, expected)).toEqual([]);
    await platform.direct.database.query('delete from documents where dataset = $1', [partition.dataset]);
    expect(await differences(platform, partition, expected)).toHaveLength(1);
  } finally {
    await platform.stop();
  }
});
