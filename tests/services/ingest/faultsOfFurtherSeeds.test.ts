import { playSequences, SECOND_PART, timeoutOf } from '../../support/faults/playSequences';

// The second half of many seeds, in another process than the first: see faults.test.ts.
const itWithSeeds = SECOND_PART.count > 0 ? it : it.skip;

itWithSeeds(
  `loses, doubles and forgets nothing in ${SECOND_PART.count} further sequences of runs under faults of every service`,
  async () => {
    const { found, faults, totals } = await playSequences(SECOND_PART);
    expect(found).toEqual([]);
    // Without these the test would show nothing.
    for (const fault of ['unavailable', 'refused', 'lost', 'cut', 'slow'] as const) {
      expect(faults[fault]).toBeGreaterThan(0);
    }
    expect(totals.returned).toBeGreaterThan(0);
  },
  timeoutOf(SECOND_PART),
);
