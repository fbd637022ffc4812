import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../../lib/config/readConfig';
import { LIST_PRICES } from '../../../lib/prices/listPrices';
import { withOwnPrices } from '../../../lib/prices/ownPrices';
import { PRICED_ITEMS } from '../../../lib/prices/price';
import { FaultList } from '../../../lib/problems/problem';

const valid = {
  LAKE_CONNECTION_STRING: 'AccountName=a;AccountKey=b;BlobEndpoint=http://127.0.0.1:10000/a',
  POSTGRES_URL: 'postgres://u:p@127.0.0.1:5432/db',
  QDRANT_URL: 'http://127.0.0.1:6333',
};
const own = {
  region: 'westeurope',
  source: 'our agreement',
  date: '2026-11-01',
  items: { flexGigabyteSecond: 0.00003, blobHotZrs: 0.023 },
  models: { mine: { input: 1, output: 2 } },
};
const folder = mkdtempSync(path.join(tmpdir(), 'prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => withOwnPrices(readConfig({ ...valid, PRICES: text }).prices);

function faultOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FaultList) return error.faults.map(({ code, expected }) => `${code} ${expected}`).join();
    throw error;
  }
  throw new Error('the prices were accepted');
}

describe('the list of prices', () => {
  it('has unit, region, source and date for every price', () => {
    const prices = [...Object.values(LIST_PRICES.items), ...Object.values(LIST_PRICES.models)];
    expect(prices.length).toBeGreaterThan(20);
    for (const { region, source, date } of prices) {
      expect([region, source]).not.toContain('');
      expect(date).toMatch(/^\d{4}-\d{2}(-\d{2})?$/);
    }
    for (const [item, price] of Object.entries(LIST_PRICES.items)) {
      expect([item, price.unit]).toEqual([item, PRICED_ITEMS[item as keyof typeof PRICED_ITEMS]]);
      expect(price.price).toBeGreaterThan(0);
    }
  });
});

describe('PRICES', () => {
  it('replaces and adds prices, with their own origin, and leaves the others', () => {
    const { items, models } = read(JSON.stringify(own));
    const origin = { region: 'westeurope', source: 'our agreement', date: '2026-11-01' };
    expect(items.flexGigabyteSecond).toEqual({ price: 0.00003, unit: 'GB-second', ...origin });
    expect(items.blobHotZrs).toEqual({ price: 0.023, unit: 'GB and month', ...origin });
    expect(items.blobReads).toEqual(LIST_PRICES.items.blobReads);
    expect(models.mine).toEqual({ input: 1, output: 2, ...origin });
    expect(models['gpt-5-mini']).toEqual(LIST_PRICES.models['gpt-5-mini']);
  });

  it('may be a file', () => {
    const file = path.join(folder, 'prices.json');
    writeFileSync(file, JSON.stringify(own));
    expect(read(file)).toEqual(read(JSON.stringify(own)));
  });

  it('absent, leaves the list as it is', () => {
    expect(read('')).toEqual(LIST_PRICES);
  });

  it.each([
    ['nowhere/prices.json', 'a JSON object, or a file'],
    ['{"region":', 'valid JSON'],
    ['{"source":"s","date":"2026-11-01"}', 'region: '],
    [JSON.stringify({ ...own, date: 'May' }), 'date: yyyy-mm-dd'],
    [JSON.stringify({ ...own, items: { flexGigabyteSeconds: 1 } }), 'items'],
    [JSON.stringify({ ...own, items: { blobReads: -1 } }), 'items.blobReads'],
    [JSON.stringify({ ...own, models: { mine: { output: 1 } } }), 'models.mine.input'],
    [JSON.stringify({ ...own, currency: 'EUR' }), 'currency: USD'],
  ])('%s is refused when the app starts', (text, expected) => {
    expect(faultOf(text)).toContain(`SETTING_INVALID ${expected}`);
  });
});
