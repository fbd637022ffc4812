import { PRICED_ITEMS, type PriceList, type PricedItem } from '../../lib/prices/price';
import { markdownTable } from '../docs/markdownTable';

/** Every item of the price list, also those without a price, and the models. */
export function priceTable({ items, models }: PriceList): string {
  const ofItems = (Object.entries(PRICED_ITEMS) as [PricedItem, string][]).map(([item, unit]) => {
    const price = items[item];
    if (price === undefined) return [`\`${item}\``, 'no price found', unit, '', '', ''];
    const { region, source, date, isRecalled } = price;
    return [`\`${item}\``, String(price.price), unit, region, source, `${date}${isRecalled ? ', recalled' : ''}`];
  });
  const ofModels = Object.entries(models).map(([model, { input, cached, output, region, source, date }]) => [
    `\`${model}\``,
    [
      `${input} in`,
      ...(cached === undefined ? [] : [`${cached} cached`]),
      ...(output === undefined ? [] : [`${output} out`]),
    ].join(', '),
    'million tokens',
    region,
    source,
    date,
  ]);
  return markdownTable(['Item', 'Price', 'Unit', 'Region', 'Source', 'Date'], [...ofItems, ...ofModels]);
}
