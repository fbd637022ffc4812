import type { ModelPrice, Price, PricedItem, PriceList } from './price';
import { PRICED_ITEMS } from './price';

const RETAIL = 'Azure Retail Prices API';
const OPENAI = 'price list of OpenAI; Azure Global Standard is equal by custom';

/**
 * List prices in USD, of East US 2 unless noted. An item without a line has no price that could be found: PostgreSQL
 * D2ds_v5, zone-redundant storage, the Cool tier. The setting PRICES replaces and adds prices.
 */
const PRICES: [item: PricedItem, price: number, date: string, more?: Partial<Price>][] = [
  ['flexGigabyteSecond', 0.000026, '2026-10-05'],
  ['flexMillionExecutions', 0.4, '2026-10-05'],
  ['alwaysReadyGigabyteSecond', 0.000004, '2026-10-05'],
  // The higher ends of what was found: 0.004 to 0.005, and 0.05 to 0.065.
  ['blobReads', 0.005, '2026-10', { region: 'swedencentral, eastus2' }],
  ['blobWrites', 0.065, '2026-10', { region: 'swedencentral, eastus2' }],
  [
    'blobOthers',
    0.005,
    '2025-05',
    { region: 'any', source: 'as reads: Microsoft, "Map each REST operation to a price", sample prices' },
  ],
  ['blobHotLrs', 0.0184, '2026-10', { region: 'swedencentral, eastus2' }],
  ['queueOperations', 0.004, '2026-10'],
  ['tableOperations', 0.00036, '2026-09-22'],
  ['postgres Standard_B1ms', 0.017, '2026-10-05'],
  ['postgresStorage', 0.115, '2026-10-05'],
  ['staticWebApp', 9, '2026-10-05', { region: 'any' }],
  ['logData', 2.3, '2026-09-22'],
  ['machine Standard_D2as_v5', 0.086, '2026-09-11'],
  ['disk 128 GB', 19.7, '2026-10', { source: 'Premium P10, from memory', isRecalled: true }],
  ['natGateway', 0.045, '2026-10-07'],
  ['publicAddress', 0.005, '2026-09'],
  ['privateEndpoint', 0.01, '2026-09'],
  ['privateEndpointData', 0.01, '2026-09'],
  ['privateZone', 0.5, '2026-09'],
];

const MODELS: Record<string, ModelPrice> = {
  'text-embedding-3-small': { input: 0.02, region: 'any', source: 'embeddingcost.com/azure-openai', date: '2026-05' },
  'gpt-5-mini': { input: 0.25, cached: 0.025, output: 2, region: 'any', source: OPENAI, date: '2026-10-03' },
  'gpt-5.4-mini': { input: 0.75, output: 4.5, region: 'any', source: OPENAI, date: '2026-09-21' },
  'gpt-5-nano': { input: 0.05, output: 0.4, region: 'any', source: OPENAI, date: '2026-09-21' },
};

export const LIST_PRICES: PriceList = {
  currency: 'USD',
  items: Object.fromEntries(
    PRICES.map(([item, price, date, more]) => [
      item,
      { price, unit: PRICED_ITEMS[item], region: 'eastus2', source: RETAIL, date, ...more },
    ]),
  ),
  models: MODELS,
};
