import { LIST_PRICES } from '../../../lib/prices/listPrices';
import { moneyOf } from '../../../lib/usage/money';
import { noUsage, type ModelUsage } from '../../../lib/usage/usage';

const model: ModelUsage = {
  model: 'gpt-5-mini',
  isInApp: false,
  calls: 1,
  unreportedCalls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
};

describe('the money of usage', () => {
  it('is each amount times its price', () => {
    const usage = {
      ...noUsage(),
      gigabyteSeconds: 1_000_000,
      storageReads: 20_000,
      storageWrites: 5_000,
      storageLists: 5_000,
      storageOthers: 10_000,
      storageDeletes: 1_000_000,
      models: [{ ...model, inputTokens: 3_000_000, cachedTokens: 1_000_000, outputTokens: 500_000 }],
    };
    const { compute, storage, models, total, unpriced } = moneyOf(usage, 2_000_000, LIST_PRICES);
    expect(compute).toBeCloseTo(1_000_000 * 0.000026 + 2 * 0.4);
    expect(storage).toBeCloseTo(2 * 0.005 + 1 * 0.065 + 1 * 0.005);
    expect(models).toBeCloseTo(2 * 0.25 + 1 * 0.025 + 0.5 * 2);
    expect(total).toBeCloseTo((compute ?? NaN) + (storage ?? NaN) + (models ?? NaN));
    expect(unpriced).toEqual([]);
  });

  it('is absent, not zero, for a model without a price', () => {
    const usage = { ...noUsage(), gigabyteSeconds: 10, models: [{ ...model, model: 'mine', inputTokens: 1 }] };
    expect(moneyOf(usage, 1, LIST_PRICES)).toMatchObject({ models: null, total: null, unpriced: ['mine'] });
    expect(moneyOf(usage, 1, LIST_PRICES).compute).toBeGreaterThan(0);
  });

  it('is absent when a service did not report the tokens of a call', () => {
    const usage = { ...noUsage(), models: [{ ...model, calls: 2, unreportedCalls: 1, inputTokens: 100 }] };
    expect(moneyOf(usage, 1, LIST_PRICES)).toMatchObject({ models: null, total: null, unpriced: ['gpt-5-mini'] });
  });

  it('is zero for a model that the app computes itself', () => {
    const usage = { ...noUsage(), models: [{ ...model, model: 'use-lite', isInApp: true, inputTokens: 1e9 }] };
    expect(moneyOf(usage, 1, LIST_PRICES)).toMatchObject({ models: 0, unpriced: [] });
  });

  it('counts cached input at the price of input where the model has no price for it', () => {
    const usage = { ...noUsage(), models: [{ ...model, model: 'gpt-5-nano', inputTokens: 100, cachedTokens: 50 }] };
    expect(moneyOf(usage, 1, LIST_PRICES).models).toBeCloseTo((100 * 0.05) / 1e6, 12);
  });
});
