import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LIST_PRICES } from '../../../../lib/prices/listPrices';
import { withOwnPrices } from '../../../../lib/prices/ownPrices';
import { largestVolume } from '../../../../local/cost/claims';
import { readCostCall } from '../../../../local/cost/costCall';
import { PRIVATE_ENDPOINTS, PRIVATE_ZONES, readDeployment } from '../../../../local/cost/deployment';
import { billOf, type Month } from '../../../../local/cost/month';
import type { MeasuredRun, Rates, StepUsed } from '../../../../local/cost/rates';
import type { Volume } from '../../../../local/cost/volume';

const PROJECT = path.resolve(__dirname, '../../../..');

const step = (name: string, more: Partial<StepUsed>): StepUsed => ({
  step: name,
  attempts: 1,
  activeSeconds: 0,
  processorSeconds: 0,
  storageReads: 0,
  storageWrites: 0,
  storageLists: 0,
  storageOthers: 0,
  bytesRead: 0,
  bytesWritten: 0,
  sqlStatements: 0,
  vectorOperations: 0,
  inputTokens: 0,
  ...more,
});

/** A run of 0.1 GB whose figures are easy to multiply. */
const run = (embedding: MeasuredRun['embedding'], embedSeconds: number): MeasuredRun => ({
  dataset: 'documents',
  embedding,
  sourceBytes: 1e8,
  rows: 1000,
  chunks: 5000,
  ranges: 1,
  parquetBytes: 4e7,
  databaseBytesPerRow: 1000,
  wallSeconds: 60,
  steps: [
    step('commitRun', { processorSeconds: 1, activeSeconds: 2, storageWrites: 3, storageLists: 2 }),
    step('transformRange', { processorSeconds: 10, activeSeconds: 15, storageReads: 4, bytesRead: 1e8 }),
    step('embedDocuments', { processorSeconds: embedSeconds, activeSeconds: 2 * embedSeconds, storageOthers: 1 }),
  ],
});

const rates: Rates = {
  measuredAt: '2026-11-27',
  machine: { processor: 'p', cores: 2, memoryGigabytes: 4, node: 'v22', load: [0, 0], activitiesSideBySide: 4 },
  runs: [run('local', 100), run('none', 5)],
  tokensPerChunk: { documents: { tokens: 200, encoding: 'cl100k_base', chunks: 10 } },
};
/** Of 64 MB, in 10 GB. */
const RANGES = 150;
const volume: Volume = {
  gigabytesPerDay: 10,
  textShare: 1,
  newShare: 1,
  runsPerDay: 1,
  keptDays: 30,
  questionsPerDay: 0,
  answerTokens: 500,
};

const bill = (
  changed: Partial<Volume> = {},
  options: { environment?: 'staging' | 'production'; prices?: object } = {},
) =>
  billOf(rates, withOwnPrices(options.prices as never), readDeployment(PROJECT, options.environment ?? 'staging'), {
    ...volume,
    ...changed,
  });
const line = (month: Month, what: string) => month.lines.find((one) => one.what.includes(what));

describe('the bill of a month', () => {
  it('is the measured rates times the volume times the prices', () => {
    const month = bill();
    // 100 times the measured bytes a day, 30 days: 10 + 100 processor seconds each, and 1 for a range; 2 GB for a core.
    const gigabyteSeconds = (110 * 100 + RANGES) * 30 * 2 - 100_000;
    expect(line(month, 'on demand')).toMatchObject({ quantity: gigabyteSeconds, price: 0.000026 });
    expect(line(month, 'on demand')?.money).toBeCloseTo(gigabyteSeconds * 0.000026, 6);
    expect(line(month, 'requests that read')?.quantity).toBeCloseTo((4 * 100 * 30) / 10_000);
    expect(line(month, 'write or list')?.quantity).toBeCloseTo((5 * RANGES * 30) / 10_000);
    expect(line(month, 'files in raw')?.quantity).toBe(300);
    expect(line(month, 'Parquet')?.quantity).toBeCloseTo(120);
    expect(line(month, 'PostgreSQL')?.money).toBeCloseTo(730 * 0.017);
    expect(month.totals.fixed).toBe(9);
  });

  it('adds up: lines to categories, and these to the total', () => {
    for (const environment of ['staging', 'production'] as const) {
      const month = bill({}, { environment });
      const money = month.lines.reduce((sum, one) => sum + (one.money ?? 0), 0);
      expect(month.total).toBeCloseTo(money, 6);
      expect(Object.values(month.totals).reduce((sum, one) => sum + one, 0)).toBeCloseTo(money, 6);
      for (const { quantity, price, money: one } of month.lines) {
        expect(one).toBe(price === null ? null : price * quantity);
      }
    }
  });

  it('has the least and the most of compute: processor time, and the clock of the measurement', () => {
    const month = bill();
    // 15 + 200 seconds of the clock, and 2 for a range, on two cores of 2 GB each.
    expect(month.computeByTheClock).toBeCloseTo(((215 * 100 + 2 * RANGES) * 30 * 4 - 100_000) * 0.000026, 6);
  });

  it('charges no compute within the free amount', () => {
    expect(bill({ gigabytesPerDay: 1 }).totals.compute).toBe(0);
  });

  it('counts a step that is done once for each run at least', () => {
    const writes = (month: Month) => line(month, 'write or list')?.quantity;
    expect(writes(bill({ gigabytesPerDay: 0.1, runsPerDay: 50 }))).toBeCloseTo((5 * 50 * 30) / 10_000);
  });

  it('embeds new documents only, and keeps the vectors of the others', () => {
    const seconds = (month: Month) => line(month, 'on demand')?.quantity ?? 0;
    expect(seconds(bill({ newShare: 0.5 }))).toBeCloseTo((60 * 100 + RANGES) * 30 * 2 - 100_000);
    expect(bill({ newShare: 0 }).lines.find(({ category }) => category === 'vectors')?.what).toContain('0.5 million');
  });

  it('counts tokens instead of the encoder when the model is hosted', () => {
    const month = bill({ gigabytesPerDay: 100 }, { environment: 'production' });
    expect(line(month, 'tokens of text-embedding-3-small')?.quantity).toBeCloseTo((5000 * 1000 * 30 * 200) / 1e6);
    expect(line(month, 'on demand')?.quantity).toBeCloseTo((15 * 1000 + 1491) * 30 * 2 - 100_000);
    expect(month.facts.join()).toContain('120,000 tokens a minute');
  });

  it('has no money for what has no price, and says so', () => {
    const month = bill({}, { environment: 'production' });
    expect(line(month, 'files in raw')).toMatchObject({ price: null, money: null });
    expect(month.unpriced).toContain('files in raw, hot, 30 days');
    const own = { region: 'r', source: 's', date: '2026-11-01', items: { blobHotZrs: 0.02 }, models: {} };
    expect(line(bill({}, { environment: 'production', prices: own }), 'files in raw')?.money).toBeCloseTo(6);
  });

  it('names what it assumes and what it leaves out', () => {
    const { assumptions, notCounted } = bill({ newShare: 0.25, keptDays: 7 });
    expect(assumptions.join()).toMatch(/25 % of the documents are new.*7 days/);
    expect(notCounted.length).toBeGreaterThan(3);
  });

  it('refuses rates without a run of the kind that is asked for', () => {
    const hosted = readDeployment(PROJECT, 'production');
    expect(() => billOf({ ...rates, runs: [run('local', 1), run('hosted', 1)] }, LIST_PRICES, hosted, volume)).toThrow(
      'npm run bench:rates',
    );
  });
});

describe('the deployment', () => {
  it('is what infra/ says', () => {
    const sizes = JSON.parse(readFileSync(path.join(PROJECT, 'infra/environments/sizes.json'), 'utf8')) as Record<
      string,
      { storageSku: string; postgres: { sku: string } }
    >;
    expect(readDeployment(PROJECT, 'staging')).toMatchObject({
      storageSku: sizes.staging?.storageSku,
      alwaysReadyInstances: 0,
      postgres: { sku: sizes.staging?.postgres.sku, servers: 1 },
      privateNetwork: false,
      embedding: 'local',
      answering: 'extractive',
      qdrant: 'url',
    });
    expect(readDeployment(PROJECT, 'production')).toMatchObject({
      postgres: { servers: 2 },
      privateNetwork: true,
      embedding: 'azure-openai',
      answering: 'azure-openai',
      qdrant: 'vm',
      embeddingModel: 'text-embedding-3-small',
    });
  });

  it('has prices for every model that the template deploys', () => {
    const { embeddingModel, chatModel } = readDeployment(PROJECT, 'production');
    expect(Object.keys(LIST_PRICES.models)).toEqual(expect.arrayContaining([embeddingModel, chatModel]));
  });

  it('costs idle what docs/infrastructure.md says: the same prices and amounts', () => {
    const page = readFileSync(path.join(PROJECT, 'docs/infrastructure.md'), 'utf8');
    const cells = (item: string) =>
      page
        .split('\n')
        .find((text) => text.startsWith(`| ${item}`))
        ?.split('|')
        .map((cell) => cell.trim())
        .slice(2, 4)
        .map(Number);
    const price = (item: keyof typeof LIST_PRICES.items) => LIST_PRICES.items[item]?.price ?? NaN;
    expect(cells('PostgreSQL B1ms')).toEqual([price('postgres Standard_B1ms'), 730]);
    expect(cells('PostgreSQL storage')?.[0]).toBe(price('postgresStorage'));
    expect(cells('Static Web App')?.[0]).toBe(price('staticWebApp'));
    expect(cells('Always-ready')?.[0]).toBe(price('alwaysReadyGigabyteSecond'));
    expect(cells('Machine D2as_v5')?.[0]).toBe(price('machine Standard_D2as_v5'));
    expect(cells('Its data disk')?.[0]).toBe(price('disk 128 GB'));
    expect(cells('NAT gateway')?.[0]).toBe(price('natGateway'));
    expect(cells('Public address')?.[0]).toBe(price('publicAddress'));
    expect(cells('Private endpoints')).toEqual([price('privateEndpoint') * 730, PRIVATE_ENDPOINTS]);
    expect(cells('Private DNS zones')).toEqual([price('privateZone'), PRIVATE_ZONES]);
  });
});

describe('the arguments of npm run cost', () => {
  it.each([
    [[], '--gigabytes-per-day: a number of GB'],
    [['--gigabytes-per-day', 'much'], '--gigabytes-per-day'],
    [['--gigabytes-per-day', '-1'], '--gigabytes-per-day'],
    [['--gigabytes-per-day', '1', '--new-share', '2'], '--new-share'],
    [['--gigabytes-per-day', '1', '--environment', 'test'], '--environment'],
    [['--gigabytes-per-day', '1', '--region', 'x'], '--region'],
  ])('%j are refused', (args, wrong) => {
    expect(readCostCall(args)).toEqual({ wrong: expect.stringContaining(wrong) as string });
  });
});

test('the largest volume for which a claim holds', () => {
  expect(largestVolume((volume) => volume <= 42)).toBeCloseTo(42, -1);
  expect(largestVolume(() => false)).toBe(0);
});
