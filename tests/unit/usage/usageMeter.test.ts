import { setImmediate as turn } from 'node:timers/promises';
import { addUsages, noUsage, type ModelUsage } from '../../../lib/usage/usage';
import { createUsageMeter } from '../../../lib/usage/usageMeter';

/** A meter whose clock stands still until the test moves it. */
function meterWithClock() {
  const clock = { seconds: 100, processorSeconds: 7 };
  const meter = createUsageMeter(
    { instanceMemoryInGigabytes: 4 },
    { now: () => clock.seconds, processor: () => clock.processorSeconds },
  );
  const pass = (seconds: number, processorSeconds = 0): void => {
    clock.seconds += seconds;
    clock.processorSeconds += processorSeconds;
  };
  return { meter, pass };
}

const model = (name: string, tokens: number): ModelUsage => ({
  model: name,
  isInApp: false,
  calls: 1,
  unreportedCalls: 0,
  inputTokens: tokens,
  cachedTokens: 0,
  outputTokens: 0,
});

describe('the time of work that runs side by side', () => {
  it('is shared equally, so that the shares add up to the time in which there was work', () => {
    const { meter, pass } = meterWithClock();
    pass(50, 50);
    const first = meter.begin();
    pass(2, 1);
    const second = meter.begin();
    pass(4, 6);
    const early = first.end();
    pass(3, 2);
    const late = second.end();
    pass(50, 50);
    expect(early).toMatchObject({ seconds: 6, activeSeconds: 4, processorSeconds: 4, gigabyteSeconds: 16 });
    expect(late).toMatchObject({ seconds: 7, activeSeconds: 5, processorSeconds: 5, gigabyteSeconds: 20 });
    expect(early.activeSeconds + late.activeSeconds).toBe(9);
  });

  it('begins again after a time without work', () => {
    const { meter, pass } = meterWithClock();
    meter.begin().end();
    pass(10);
    const scope = meter.begin();
    pass(1);
    expect(scope.soFar().activeSeconds).toBe(1);
    pass(1);
    expect(scope.end().activeSeconds).toBe(2);
    pass(5);
    expect(scope.end()).toMatchObject({ seconds: 2, activeSeconds: 2 });
  });
});

describe('what is counted', () => {
  it('belongs to the work in whose promises it happens', async () => {
    const { meter } = meterWithClock();
    const work = async (statements: number): Promise<void> => {
      for (let index = 0; index < statements; index += 1) {
        await turn();
        meter.count({ sqlStatements: 1 });
      }
    };
    const [one, two] = [meter.begin(), meter.begin()];
    await Promise.all([one.within(() => work(3)), two.within(() => work(5)), work(7)]);
    expect([one.end().sqlStatements, two.end().sqlStatements]).toEqual([3, 5]);
  });

  it('has one entry for each model', () => {
    const { meter } = meterWithClock();
    const scope = meter.begin();
    scope.within(() => {
      for (const tokens of [10, 20]) meter.countModel(model('a', tokens));
      meter.countModel(model('b', 1));
    });
    expect(scope.end().models).toEqual([{ ...model('a', 30), calls: 2 }, model('b', 1)]);
  });

  it('is not changed after the end', () => {
    const { meter } = meterWithClock();
    const scope = meter.begin();
    scope.within(() => meter.countModel(model('a', 10)));
    const used = scope.end();
    scope.within(() => {
      meter.countModel(model('a', 10));
      meter.count({ bytesRead: 1 });
    });
    expect(used).toEqual({ ...noUsage(), models: [model('a', 10)] });
    expect(scope.end()).toEqual(used);
  });

  it('adds up', () => {
    const one = { ...noUsage(), bytesRead: 1, models: [model('a', 1)] };
    const two = { ...noUsage(), bytesRead: 2, seconds: 3, models: [model('b', 5), model('a', 2)] };
    expect(addUsages([one, two])).toEqual({
      ...noUsage(),
      bytesRead: 3,
      seconds: 3,
      models: [{ ...model('a', 3), calls: 2 }, model('b', 5)],
    });
    expect(one.models).toEqual([model('a', 1)]);
  });
});
