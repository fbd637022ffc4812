import { markdownTable } from '../docs/markdownTable';
import { moneyText } from './describeMonth';
import { round, type Category, type Month } from './month';

type MonthOf = (gigabytesPerDay: number, options: string) => Month;

/** What the first description of the project claimed for a month, and what "about" may mean: a tenth more. */
const CLAIMS: { claim: string; category: Category; most: number; options: string; with: string }[] = [
  { claim: '$0 compute', category: 'compute', most: 0, options: '', with: 'encoder in the app' },
  {
    claim: '$0 compute',
    category: 'compute',
    most: 0,
    options: '--embedding azure-openai',
    with: 'a hosted embedding model',
  },
  { claim: '~$2.50 storage', category: 'storage', most: 2.5 * 1.1, options: '', with: '30 days kept' },
  { claim: '~$15 database', category: 'database', most: 15 * 1.1, options: '', with: 'one B1ms with 32 GB' },
];
const VOLUMES = [1, 100, 1000];

/** For each claim what is computed at each volume, and up to which volume the claim holds. */
export function claimTable(monthOf: MonthOf): string {
  return markdownTable(
    ['Claimed', 'With', ...VOLUMES.map((volume) => `${round(volume)} GB a day`), 'Holds up to, GB a day'],
    CLAIMS.map(({ claim, category, most, options, with: how }) => [
      claim,
      how,
      ...VOLUMES.map((volume) => moneyText(monthOf(volume, options).totals[category])),
      round(largestVolume((volume) => monthOf(volume, options).totals[category] <= most)),
    ]),
  );
}

/** The largest volume for which it holds, to a hundredth of itself; it holds for all smaller ones. 0: for none. */
export function largestVolume(holds: (gigabytesPerDay: number) => boolean): number {
  let low = 0.001;
  let high = 100_000;
  if (!holds(low)) return 0;
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
