import type { PriceList } from '../prices/price';
import { moneyOf, type Money } from '../usage/money';
import { addUsages, type Usage } from '../usage/usage';
import type { DayUsage, StepUsage } from '../usage/usageStore';

/** What one execution of a run used until now, and what that costs. */
export interface RunUsage {
  steps: (StepUsage & { money: Money })[];
  total: Usage & { attempts: number; failures: number; money: Money };
}

export type PaidDay = DayUsage & { money: Money };

/** Null when nothing is recorded: the run is of an earlier version, or its first step has not ended. */
export function describeUsage(steps: readonly StepUsage[], prices: PriceList): RunUsage | null {
  if (steps.length === 0) return null;
  const attempts = steps.reduce((sum, step) => sum + step.attempts, 0);
  const failures = steps.reduce((sum, step) => sum + step.failures, 0);
  const used = addUsages(steps);
  return {
    steps: steps.map((step) => ({ ...step, money: moneyOf(step, step.attempts, prices) })),
    total: { ...used, attempts, failures, money: moneyOf(used, attempts, prices) },
  };
}

export function describeDays(days: readonly DayUsage[], prices: PriceList): PaidDay[] {
  return days.map((day) => ({ ...day, money: moneyOf(day, day.executions, prices) }));
}
