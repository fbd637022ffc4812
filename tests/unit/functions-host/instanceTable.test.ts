import {
  EventType,
  stamped,
  type Message,
  type Unstamped,
} from '../../../packages/functions-host/durable/episodes/historyEvents';
import { InstanceTable } from '../../../packages/functions-host/durable/instances/instanceTable';
import type { JournalRecord } from '../../../packages/functions-host/durable/journal/journalRecords';
import { startedEvent } from '../../../packages/functions-host/durable/episodes/newEvents';

const at = '2024-05-06T07:08:09.010Z';
const id = 'one';

function tableOf(...records: JournalRecord[]): InstanceTable {
  const table = new InstanceTable();
  for (const record of records) table.apply(record);
  return table;
}

/** The table restored from its snapshot as JSON, as after a compaction and a restart. */
function again(table: InstanceTable): InstanceTable {
  return tableOf(...(JSON.parse(JSON.stringify(table.snapshot())) as JournalRecord[]));
}

const created: JournalRecord = { t: 'created', id, name: 'some', start: startedEvent({ id, name: 'some' }, '{"a":1}') };
const message = (event: Unstamped<Message>): JournalRecord => ({ t: 'message', id, event: stamped(at, event) });
const scheduled = (task: number) =>
  stamped(at, { EventType: EventType.TaskScheduled as const, Name: 'do', Version: '', Input: '[1]' }, task);
const completed = (task: number): Unstamped<Message> => ({
  EventType: EventType.TaskCompleted,
  TaskScheduledId: task,
  Result: '"done"',
});
const raised = (name: string): Unstamped<Message> => ({ EventType: EventType.EventRaised, Name: name, Input: '7' });
const firstEpisode: JournalRecord = {
  t: 'episode',
  id,
  at,
  consumed: 1,
  scheduled: [scheduled(0), scheduled(1)],
  status: 'Running',
  customStatus: '"busy"',
};

test.each<[string, JournalRecord[]]>([
  ['just created', [created]],
  ['running, with an outcome that is not consumed', [created, firstEpisode, message(completed(1))]],
  ['suspended', [created, firstEpisode, { t: 'status', id, at, status: 'Suspended' }]],
  [
    'ended',
    [
      created,
      firstEpisode,
      message(completed(0)),
      message(completed(1)),
      { t: 'episode', id, at, consumed: 2, scheduled: [], status: 'Completed', output: '{"x":2}' },
    ],
  ],
])('a snapshot restores the same table: %s', (_, records) => {
  const table = tableOf(...records);
  expect(again(table).get(id)).toEqual(table.get(id));
});

test('an episode consumes messages, schedules tasks and sets the status', () => {
  const instance = tableOf(created, firstEpisode, message(completed(1))).get(id);
  expect(instance).toMatchObject({ status: 'Running', customStatus: '"busy"', updated: at });
  expect(instance?.history.map((event) => EventType[event.EventType])).toEqual([
    'OrchestratorStarted',
    'ExecutionStarted',
    'TaskScheduled',
    'TaskScheduled',
    'OrchestratorCompleted',
  ]);
  expect([...(instance?.scheduled.keys() ?? [])]).toEqual([0, 1]);
  expect([...(instance?.outcomes ?? [])]).toEqual([1]);
  expect(instance?.inbox).toHaveLength(1);
});

test('continuing as new starts an empty history and keeps events that came later', () => {
  const start = startedEvent({ id, name: 'some' }, '{"a":2}');
  const table = tableOf(
    created,
    firstEpisode,
    message(raised('seen')),
    message(raised('later')),
    message(completed(0)),
    {
      t: 'continued',
      id,
      at,
      consumed: 1,
      customStatus: '"next"',
      start,
    },
  );
  const instance = table.get(id);
  expect(instance).toMatchObject({ input: '{"a":2}', status: 'Running', customStatus: '"next"', history: [] });
  expect(instance?.executionId).toBe(start.OrchestrationInstance.ExecutionId);
  expect(instance?.outcomes.size).toBe(0);
  expect(instance?.inbox).toMatchObject([{ EventType: EventType.ExecutionStarted }, { Name: 'later' }]);
});

test('an ended instance keeps only what the status query shows', () => {
  const table = tableOf(
    created,
    firstEpisode,
    message(completed(0)),
    message({ EventType: EventType.ExecutionTerminated, Input: 'because' }),
    {
      t: 'episode',
      id,
      at,
      consumed: 2,
      scheduled: [],
      status: 'Terminated',
      output: '"because"',
    },
  );
  expect(table.get(id)).toMatchObject({ history: [], inbox: [], playedJson: '' });
  expect(table.get(id)?.view).toMatchObject([
    { EventType: 'ExecutionStarted', Input: '{"a":1}' },
    { EventType: 'TaskCompleted', FunctionName: 'do', Result: '"done"' },
    { EventType: 'ExecutionTerminated', Input: 'because' },
    { EventType: 'TaskScheduled', FunctionName: 'do' },
    { EventType: 'ExecutionCompleted', OrchestrationStatus: 'Terminated' },
  ]);
});

test('records about a purged instance change nothing', () => {
  const table = tableOf(created, { t: 'purged', id }, message(raised('late')), firstEpisode);
  expect([...table.all()]).toEqual([]);
});
