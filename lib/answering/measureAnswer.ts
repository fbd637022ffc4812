import type { PriceList } from '../prices/price';
import { moneyOf } from '../usage/money';
import type { Usage } from '../usage/usage';
import type { UsageMeter, UsageScope } from '../usage/usageMeter';
import type { UsageStore } from '../usage/usageStore';
import type { Answer, AnswerEvent, AnswerUsage, PaidAnswer } from './answer';

export interface MeasureDependencies {
  meter: UsageMeter;
  usages: Pick<UsageStore, 'recordAnswer'>;
  prices: PriceList;
}

export type PaidAnswerEvent = Exclude<AnswerEvent, { type: 'answer' }> | { type: 'answer'; answer: PaidAnswer };

/**
 * The same events; the answer gets what it used and what that costs. When the events end, one statement records the usage,
 * also of a question that got no answer. It never delays a token, and when it fails the answer stays.
 */
export async function* measureAnswer(
  { meter, usages, prices }: MeasureDependencies,
  begin: () => AsyncGenerator<AnswerEvent>,
): AsyncGenerator<PaidAnswerEvent> {
  const scope = meter.begin();
  let hasSucceeded = false;
  try {
    for await (const event of inScope(scope, begin)) {
      if (event.type !== 'answer') yield event;
      else {
        hasSucceeded = true;
        yield { type: 'answer', answer: paid(event.answer, scope.soFar(), prices) };
      }
    }
  } finally {
    const usage = scope.end();
    await usages.recordAnswer({ hasSucceeded }, usage).catch(() => undefined);
  }
}

/** A generator runs in the context of whoever asks it for the next value, so each of these calls is in the scope. */
async function* inScope(scope: UsageScope, begin: () => AsyncGenerator<AnswerEvent>): AsyncGenerator<AnswerEvent> {
  const events = scope.within(begin);
  try {
    for (;;) {
      const next = await scope.within(() => events.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await scope.within(() => events.return(undefined));
  }
}

function paid(answer: Answer, usage: Usage, prices: PriceList): PaidAnswer {
  const { seconds, gigabyteSeconds, models } = usage;
  const answerUsage: AnswerUsage = { seconds, gigabyteSeconds, models, money: moneyOf(usage, 1, prices) };
  return { ...answer, usage: answerUsage };
}
