import fs from 'node:fs';
import path from 'node:path';
import type { JournalRecord } from '../../../packages/functions-host/durable/journal/journalRecords';
import { outcomeOf } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { compileHost } from '../../support/functions-host/compiledHost';
import { startOrchestration, waitUntilEnded } from '../../support/functions-host/durableHttp';
import { eventually, startHostProcess, HOST_KEY } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const count = 60;
const compiled = compileHost();
const folder = temporaryFolder();
afterAll(() => compiled.remove());

const journalFile = path.join(folder, 'data/durable.jsonl');
const traceFile = path.join(folder, 'trace');

function readTrace(): string[] {
  return fs.existsSync(traceFile) ? fs.readFileSync(traceFile, 'utf8').trim().split('\n') : [];
}

/** Complete lines of the journal; a kill may leave an incomplete last line. */
function readJournal(): JournalRecord[] {
  const text = fs.readFileSync(journalFile, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return lines.map((line) => JSON.parse(line.split('\t')[0] ?? '') as JournalRecord);
}

/** Task ids of an instance with an outcome in the journal, in its order; twice if the outcome was written twice. */
function journaledOutcomes(id: string): number[] {
  const outcomes: (number | undefined)[] = [];
  for (const record of readJournal()) {
    if (record.t === 'message' && record.id === id) outcomes.push(outcomeOf(record.event));
    if (record.t === 'running' && record.facts.id === id) {
      outcomes.push(...[...record.history, ...record.inbox].map(outcomeOf));
    }
  }
  return outcomes.filter((outcome) => outcome !== undefined);
}

test('a host that is killed three times in a fan-out completes it, and does not repeat completed activities', async () => {
  const options = {
    main: compiled.main,
    dataFolder: path.join(folder, 'data'),
    environment: { DEMO_TRACE: traceFile },
    flags: ['--log-level', 'warning'],
  };
  let host = await startHostProcess(options);
  const id = await startOrchestration(host.origin, 'fanOut', { count, milliseconds: 100 }, 'survivor');

  for (const goal of [8, 22, 40]) {
    await eventually(() => (journaledOutcomes(id).length >= goal ? true : undefined));
    await host.stop('SIGKILL');
    // As after a kill in the middle of a write.
    if (goal === 22) fs.appendFileSync(journalFile, '{"t":"message","id":"survivor","event":{"Eve');
    const complete = journaledOutcomes(id);
    expect(new Set(complete).size).toBe(complete.length);
    expect(complete.length).toBeLessThan(count);
    const begunBefore = readTrace().length;

    host = await startHostProcess(options);
    await eventually(() => (readTrace().length > begunBefore + 5 ? true : undefined));
    const begunAfter = readTrace()
      .slice(begunBefore)
      .filter((line) => line.startsWith('work begins'));
    // Task ids of the fan-out equal the numbers of its activities.
    for (const task of complete) expect(begunAfter).not.toContain(`work begins ${task}`);
  }

  const status = await waitUntilEnded(host.origin, id);
  expect(status).toMatchObject({ runtimeStatus: 'Completed', output: { count, sum: (count * (count - 1)) / 2 } });
  const begun = readTrace().filter((line) => /^work begins \d+$/.test(line));
  expect(new Set(begun).size).toBe(count);
  // Only activities that were running at one of the three kills may have run twice.
  expect(begun.length).toBeLessThanOrEqual(count + 3 * 10);
  const outcomes = journaledOutcomes(id);
  expect([...new Set(outcomes)].sort((a, b) => a - b)).toEqual([...outcomes].sort((a, b) => a - b));
  expect(outcomes).toHaveLength(count + 2);

  expect(await host.stop()).toBe(0);
  const activitiesSoFar = readTrace().length;
  host = await startHostProcess(options);
  expect(await waitUntilEnded(host.origin, id)).toEqual(status);
  const { durable } = (await (await fetch(`${host.origin}/admin/host/status?code=${HOST_KEY}`)).json()) as {
    durable: object;
  };
  expect(durable).toMatchObject({ activities: 0, episodes: 0 });
  expect(await host.stop()).toBe(0);
  expect(readTrace().filter((line) => line.startsWith('work')).length).toBeLessThanOrEqual(activitiesSoFar);
});

test('a start is not lost when the host is killed right after its response', async () => {
  const options = { main: compiled.main, dataFolder: path.join(folder, 'early') };
  const first = await startHostProcess(options);
  const ids = await Promise.all(
    ['fanOut', 'manySubs', 'sequence'].map((name) => startOrchestration(first.origin, name, { count: 5 })),
  );
  await first.stop('SIGKILL');
  const second = await startHostProcess(options);
  for (const id of ids) expect((await waitUntilEnded(second.origin, id)).runtimeStatus).toBe('Completed');
  expect(await second.stop()).toBe(0);
});

test('a graceful stop keeps the outcomes of running activities, so that none runs twice', async () => {
  const trace = path.join(folder, 'graceful');
  const dataFolder = path.join(folder, 'graceful-data');
  const options = { main: compiled.main, dataFolder, environment: { DEMO_TRACE: trace } };
  const first = await startHostProcess(options);
  const id = await startOrchestration(first.origin, 'fanOut', { count: 30, milliseconds: 40 });
  await eventually(() => (fs.readFileSync(trace, 'utf8').includes('work ends') ? true : undefined));
  expect(await first.stop()).toBe(0);
  const second = await startHostProcess(options);
  expect((await waitUntilEnded(second.origin, id)).output).toMatchObject({ count: 30, sum: 435 });
  expect(await second.stop()).toBe(0);
  const begun = fs
    .readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => /^work begins \d+$/.test(line));
  expect(begun).toHaveLength(30);
});
