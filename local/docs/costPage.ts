import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LIST_PRICES } from '../../lib/prices/listPrices';
import { readCostCall } from '../cost/costCall';
import { readDeployment } from '../cost/deployment';
import { monthTable, moneyText, rateTable } from '../cost/describeMonth';
import { claimTable } from '../cost/claims';
import { billOf, type Month } from '../cost/month';
import { RATES_FILE, readRates } from '../cost/rates';
import { projectFolder } from '../cost/projectFolder';
import { priceTable } from '../cost/priceTable';
import { markdownTable } from './markdownTable';

/** A comment with a command, and what is in the page until the next `<!-- end -->`. */
const BLOCK = /(<!-- (npm run cost -- ([^>]*?)|sums: ([^>]*?)|rates|prices|claims) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * `docs/cost.md`: its text as it is, with the figures filled in. Behind a comment with a call of `npm run cost` is the table
 * that the call prints; behind `sums:` one line for each of the calls that `|` divides.
 */
export function costPage(): string {
  const project = projectFolder();
  const text = readFileSync(path.join(project, 'docs/cost.md'), 'utf8');
  const rates = readRates(path.join(project, RATES_FILE));
  const monthOf = (options: string): Month => {
    const call = readCostCall(options.trim().split(/\s+/));
    if ('wrong' in call) throw new Error(`docs/cost.md: ${call.wrong}`);
    const deployment = { ...readDeployment(project, call.environment), ...call.chosen };
    return billOf(rates, LIST_PRICES, deployment, call.volume);
  };
  return text.replace(BLOCK, (_, begin: string, kind: string, options?: string, sums?: string, end = '') => {
    const table =
      kind === 'claims'
        ? claimTable((gigabytes, more) => monthOf(`--gigabytes-per-day ${gigabytes} ${more}`))
        : kind === 'rates'
          ? rateTable(rates)
          : kind === 'prices'
            ? priceTable(LIST_PRICES)
            : options !== undefined
              ? monthTable(monthOf(options))
              : sumTable((sums ?? '').split('|').map((one) => [one.trim(), monthOf(one)]));
    return `${begin}\n${table}\n\n${end}`;
  });
}

function sumTable(months: [options: string, month: Month][]): string {
  return markdownTable(
    ['`npm run cost --` with', 'Compute', 'Storage', 'Database', 'Vectors', 'Models', 'Network', 'Fixed', 'Total'],
    months.map(([options, { totals, total, unpriced }]) => [
      `\`${options}\``,
      ...Object.values(totals).map(moneyText),
      `${unpriced.length > 0 ? 'at least ' : ''}${moneyText(total)}`,
    ]),
  );
}
