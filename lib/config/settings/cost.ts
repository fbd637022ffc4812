import { ownPrices } from '../../prices/ownPrices';
import { setting } from '../setting';
import { jsonOrFile } from '../values';

export const costSettings = {
  PRICES: setting(
    jsonOrFile(ownPrices).optional(),
    "Prices in place of the list prices, for the money of runs and answers: a JSON object, or the path of a file with one (docs/cost.md). A relative path starts at the app's folder.",
    {
      example:
        '{"region":"westeurope","source":"our agreement","date":"2026-11-01","items":{"flexGigabyteSecond":0.00003}}',
    },
  ),
};
