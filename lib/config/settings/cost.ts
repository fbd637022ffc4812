import { ownPrices } from '../../prices/ownPrices';
import { setting } from '../setting';
import { jsonOrFile, wholeNumber } from '../values';

export const costSettings = {
  INSTANCE_MEMORY_MEGABYTES: setting(
    wholeNumber(512, 65536).prefault('2048'),
    'Memory of the instance that runs the app, in MB, as it is billed: for the usage of runs and answers.',
  ),
  PRICES: setting(
    jsonOrFile(ownPrices).optional(),
    "Prices in place of the list prices, for the money of runs and answers: a JSON object, or the path of a file with one (docs/cost.md). A relative path starts at the app's folder.",
    {
      example:
        '{"region":"westeurope","source":"our agreement","date":"2026-11-01","items":{"flexGigabyteSecond":0.00003}}',
    },
  ),
};
