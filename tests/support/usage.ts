import type { AnswerUsage } from '../../lib/answering/answer';
import { LIST_PRICES } from '../../lib/prices/listPrices';
import { moneyOf } from '../../lib/usage/money';
import { noUsage } from '../../lib/usage/usage';
import { createUsageMeter } from '../../lib/usage/usageMeter';
import type { UsageStore } from '../../lib/usage/usageStore';

/** Measures, and keeps no record: for tests that are about something else. */
export const unrecordedUsage = () => ({
  meter: createUsageMeter({ instanceMemoryInGigabytes: 2 }),
  usages: {
    recordStep: () => Promise.resolve(),
    recordAnswer: () => Promise.resolve(),
    ofRun: () => Promise.resolve([]),
    byDay: () => Promise.resolve([]),
  } satisfies UsageStore,
  prices: LIST_PRICES,
});

/** Of an answer that used nothing. */
export const NO_ANSWER_USAGE: AnswerUsage = {
  seconds: 0,
  gigabyteSeconds: 0,
  models: [],
  money: moneyOf(noUsage(), 0, LIST_PRICES),
};
