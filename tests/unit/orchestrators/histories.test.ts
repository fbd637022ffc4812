import { readKeptRuns, type KeptHistory } from '../../support/orchestration/histories/history';
import { invokeWithSdk } from '../../support/orchestration/histories/invokeOrchestration';
import { recordHistories } from '../../support/orchestration/histories/recordHistories';
import { replayHistory } from '../../support/orchestration/histories/replayHistory';
import { SCENARIOS } from '../../support/orchestration/histories/scenarios';
import { ORCHESTRATIONS, type Play } from '../../support/orchestration/orchestrations';

const runs = readKeptRuns();
const kept = runs.flatMap(({ version, scenario, histories }) =>
  histories.map((history) => [`${version} ${scenario}: ${history.name} ${history.id}`, history] as const),
);
const historyOf = (scenario: string, name = 'ingest'): KeptHistory => {
  const found = runs.find((run) => run.scenario === scenario)?.histories.find((history) => history.name === name);
  if (!found) throw new Error(`no kept history of ${name} in ${scenario}`);
  return found;
};

describe('a run that an earlier version began', () => {
  it.each(kept)('goes on to the same end: %s', async (_title, history) => {
    const { episodes, end } = await replayHistory(history, invokeWithSdk());
    expect(episodes.length).toBeGreaterThan(0);
    for (const { kept: before, now } of episodes) {
      expect(now).toHaveLength(before.length);
      // A new field of an input is harmless to a run under way; a field that changes or is missing is not.
      expect(now).toMatchObject(JSON.parse(JSON.stringify(before)) as object[]);
    }
    expect(end).toEqual({ status: history.status, output: history.output });
  });

  it('is kept for each way through the orchestrators', () => {
    const names = new Set(kept.map(([, { name }]) => name));
    expect([...names].sort()).toEqual(Object.keys(ORCHESTRATIONS).sort());
    expect(runs.map(({ scenario }) => scenario)).toEqual(expect.arrayContaining(Object.keys(SCENARIOS)));
  });
});

describe('the check', () => {
  /** The orchestrator with other answers of its context. */
  const changed = (name: string, change: (call: { name: string; input: object }) => void): Record<string, Play> => ({
    ...ORCHESTRATIONS,
    [name]: (context) => {
      const { df } = context;
      const original = df.callActivityWithRetry.bind(df);
      df.callActivityWithRetry = (activity, retry, input) => {
        const call = { name: activity, input: input as object };
        change(call);
        return original(call.name, retry, call.input);
      };
      return (ORCHESTRATIONS[name] as Play)(context);
    },
  });
  const scheduledNow = async (history: KeptHistory, orchestrations: Record<string, Play>) => {
    const { episodes } = await replayHistory(history, invokeWithSdk(orchestrations));
    return episodes.map(({ kept: before, now }) => ({
      before: before.map(({ name }) => name),
      now: now.map(({ name }) => name),
    }));
  };

  it('notices two steps that changed places', async () => {
    const swapped: Record<string, string> = { extractSource: 'planRun', planRun: 'extractSource' };
    const orchestrations = changed('ingest', (call) => (call.name = swapped[call.name] ?? call.name));
    const episodes = await scheduledNow(historyOf('clean'), orchestrations);
    expect(episodes.some(({ before, now }) => JSON.stringify(before) !== JSON.stringify(now))).toBe(true);
  });

  it('notices a step that was added', async () => {
    const original = ORCHESTRATIONS['metadataStream'] as Play;
    const orchestrations: Record<string, Play> = {
      ...ORCHESTRATIONS,
      metadataStream: function* (context) {
        yield context.df.callActivity('aNewStep', {});
        return yield* original(context);
      },
    };
    const episodes = await scheduledNow(historyOf('clean', 'metadataStream'), orchestrations);
    expect(episodes[0]).toMatchObject({ now: ['aNewStep'] });
    expect(episodes[0]?.before).not.toEqual(['aNewStep']);
  });

  it('notices another task number', async () => {
    const orchestrations = changed('spread', (call) => (call.input = { ...call.input, task: 7 }));
    const { episodes } = await replayHistory(historyOf('clean', 'spread'), invokeWithSdk(orchestrations));
    expect(episodes[0]?.now).not.toEqual(episodes[0]?.kept);
    const unchanged = await replayHistory(historyOf('clean', 'spread'), invokeWithSdk());
    expect(unchanged.episodes[0]?.now).toEqual(unchanged.episodes[0]?.kept);
  });
});

it('records the same history twice', async () => {
  const scenario = SCENARIOS['blocked-and-approved'];
  if (!scenario) throw new Error('the scenario is missing');
  expect(await recordHistories(scenario())).toEqual(await recordHistories(scenario()));
});
