import { z } from 'zod';
import { LIST_PRICES } from './listPrices';
import { PRICED_ITEMS, type Price, type PricedItem, type PriceList } from './price';

const amount = z.number().min(0);
const ITEM_NAMES = Object.keys(PRICED_ITEMS) as [PricedItem, ...PricedItem[]];

/** The value of the setting PRICES: where and when its prices were read, and the prices that it replaces or adds. */
export const ownPrices = z.strictObject({
  currency: z.literal('USD', 'USD: the list has no other').optional(),
  region: z.string().min(1),
  source: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}(-\d{2})?$/, 'yyyy-mm-dd, or yyyy-mm'),
  items: z.partialRecord(z.enum(ITEM_NAMES), amount).default({}),
  models: z
    .record(z.string().min(1), z.strictObject({ input: amount, cached: amount.optional(), output: amount.optional() }))
    .default({}),
});
export type OwnPrices = z.output<typeof ownPrices>;

/** The list prices with those of the setting in their place. */
export function withOwnPrices(own: OwnPrices | undefined, list: PriceList = LIST_PRICES): PriceList {
  if (own === undefined) return list;
  const { region, source, date } = own;
  const origin = { region, source, date };
  const items = Object.entries(own.items) as [PricedItem, number][];
  const models = Object.entries(own.models);
  return {
    currency: list.currency,
    items: {
      ...list.items,
      ...Object.fromEntries(
        items.map(([item, price]): [PricedItem, Price] => [item, { price, unit: PRICED_ITEMS[item], ...origin }]),
      ),
    },
    models: { ...list.models, ...Object.fromEntries(models.map(([model, price]) => [model, { ...price, ...origin }])) },
  };
}
