import fs from 'node:fs';
import path from 'node:path';
import { EventType, stamped } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { InstanceTable } from '../../../packages/functions-host/durable/instances/instanceTable';
import { Journal, type JournalOptions } from '../../../packages/functions-host/durable/journal/journal';
import type { JournalRecord } from '../../../packages/functions-host/durable/journal/journalRecords';
import { startedEvent } from '../../../packages/functions-host/durable/episodes/newEvents';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';

const root = temporaryFolder();
let folder: string;
let file: string;
let folders = 0;

beforeEach(() => {
  folder = path.join(root, String(folders++));
  file = path.join(folder, 'durable.jsonl');
  fs.mkdirSync(folder);
});

type Options = Partial<Pick<JournalOptions, 'compactAtBytes' | 'isSynchronous' | 'onRemoved'>>;

function openJournal(options: Options = {}) {
  const table = new InstanceTable();
  const onFatal = (thrown: unknown) => {
    throw thrown as Error;
  };
  const journal = new Journal({ folder, onFatal, ...options });
  journal.open(
    (record) => table.apply(record),
    () => table.snapshot(),
  );
  return { table, journal, add: (record: JournalRecord) => (journal.append(record), table.apply(record)) };
}

function created(id: string): JournalRecord {
  return { t: 'created', id, name: 'some', start: startedEvent({ id, name: 'some' }, `{"of":"${id}"}`) };
}

function raised(id: string, name: string): JournalRecord {
  const event = stamped(new Date().toISOString(), {
    EventType: EventType.EventRaised as const,
    Name: name,
    Input: null,
  });
  return { t: 'message', id, event };
}

const ids = (table: InstanceTable) => [...table.all()].map(({ id }) => id);

test('flushed records are read after opening again', () => {
  const first = openJournal();
  first.add(created('a'));
  first.add(raised('a', 'go'));
  first.journal.flush();
  // No close: as after a kill.
  const { table } = openJournal();
  expect(table.get('a')).toMatchObject({ id: 'a', status: 'Pending', input: '{"of":"a"}' });
  expect(table.get('a')?.inbox.map(({ EventType: type }) => type)).toEqual([
    EventType.ExecutionStarted,
    EventType.EventRaised,
  ]);
});

test('records that were not flushed are written at the end of the tick', async () => {
  const { add } = openJournal();
  add(created('a'));
  expect(fs.readFileSync(file, 'utf8')).not.toContain('"a"');
  await new Promise(setImmediate);
  expect(fs.readFileSync(file, 'utf8')).toContain('"a"');
});

test('a synchronous journal writes the same content', () => {
  const { add, journal } = openJournal({ isSynchronous: true });
  add(created('a'));
  journal.flush();
  expect(ids(openJournal().table)).toEqual(['a']);
});

test('an incomplete last line is removed, and later records are complete', () => {
  const first = openJournal();
  first.add(created('a'));
  first.journal.close();
  fs.appendFileSync(file, '{"t":"created","id":"torn","name":"täö');
  const second = openJournal();
  expect(ids(second.table)).toEqual(['a']);
  second.add(created('b'));
  second.journal.close();
  expect(ids(openJournal().table)).toEqual(['a', 'b']);
});

const lineOf = (text: string, index: number): string => text.split('\n')[index] ?? '';

/** A closed journal of instances a, b and c; returns its lines. The first is the header. */
function writtenJournal(): string[] {
  const { add, journal } = openJournal();
  for (const id of ['a', 'b', 'c']) add(created(id));
  journal.close();
  return fs.readFileSync(file, 'utf8').trimEnd().split('\n');
}

test('a broken line in the middle is refused with file, line and remedy', () => {
  const [head, ...rest] = writtenJournal();
  fs.writeFileSync(file, `${[head, 'garbage', ...rest].join('\n')}\n`);
  expect(() => openJournal()).toThrow(/durable\.jsonl can't be read at line 2: .*move it away/);
});

test('a flipped byte in the middle is refused, also where the JSON stays valid', () => {
  const lines = writtenJournal();
  const changed = lines.map((line, index) => (index === 2 ? line.replace('"some"', '"same"') : line));
  expect(JSON.parse(lineOf(changed.join('\n'), 2).split('\t')[0] ?? '')).toMatchObject({ name: 'same' });
  fs.writeFileSync(file, `${changed.join('\n')}\n`);
  expect(() => openJournal()).toThrow(/can't be read at line 3: its checksum does not match.*Restore the file/);
  // Nothing was changed by the refusal.
  expect(fs.readFileSync(file, 'utf8')).toBe(`${changed.join('\n')}\n`);
});

test.each([
  ['one line', (lines: string[]) => [...lines.slice(0, 3), (lines[3] ?? '').replace('"some"', '"same"')], 4],
  ['two lines', (lines: string[]) => [...lines.slice(0, 2), 'garbage', '{"t":"purged","id":"a"}'], 3],
])('damaged complete lines at the end are refused, and the file is left as it is: %s', (_, damage, line) => {
  const damaged = `${damage(writtenJournal()).join('\n')}\n`;
  fs.writeFileSync(file, damaged);
  expect(() => openJournal()).toThrow(
    `can't be read at line ${line}: its checksum does not match. Nothing was changed`,
  );
  expect(fs.readFileSync(file, 'utf8')).toBe(damaged);
});

test.each([
  ['part of a line', '{"t":"created","id":"torn'],
  ['a line without its line feed', '{"t":"purged","id":"a"}\t00000000'],
  ['zeros', '\0'.repeat(64)],
])('an incomplete end is kept apart and reported, and the journal goes on before it: %s', (_, end) => {
  writtenJournal();
  fs.appendFileSync(file, end);
  const messages: string[] = [];
  const second = openJournal({ onRemoved: (message) => messages.push(message) });
  expect(ids(second.table)).toEqual(['a', 'b', 'c']);
  const [kept = ''] = fs.readdirSync(folder).filter((name) => name.startsWith('durable.jsonl.removed-'));
  expect(messages).toEqual([expect.stringContaining(path.join(folder, kept))]);
  expect(fs.readFileSync(path.join(folder, kept), 'utf8')).toBe(end);
  second.add(created('d'));
  second.journal.close();
  expect(ids(openJournal().table)).toEqual(['a', 'b', 'c', 'd']);
});

test('every changed byte is refused, and the file is left as it is', () => {
  const valid = Buffer.from(`${writtenJournal().join('\n')}\n`);
  for (let at = 0; at < valid.length; at++) {
    const byte = valid[at] ?? 0;
    for (const change of [1 << (at % 8), byte ^ 0x0a, byte ^ 0x09].filter((each) => each !== 0)) {
      const damaged = Buffer.from(valid);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      fs.writeFileSync(file, damaged);
      expect(() => openJournal()).toThrow("can't be read at line");
      expect(fs.readFileSync(file).equals(damaged)).toBe(true);
    }
  }
  expect(fs.readdirSync(folder)).toEqual(['durable.jsonl']);
});

test('a changed line feed at the end of a journal without checksums is refused', () => {
  const old = writtenJournal().map((line) => (line.split('\t')[0] ?? '').replace('"version":2', '"version":1'));
  for (const end of [' ', 'x', '\0', '\t']) {
    fs.writeFileSync(file, `${old.join('\n')}${end}`);
    expect(() => openJournal()).toThrow("can't be read at line 4: the line feed at its end is damaged");
  }
});

test('a journal of the version before checksums is read, and rewritten with checksums', () => {
  const old = writtenJournal().map((line) => (line.split('\t')[0] ?? '').replace('"version":2', '"version":1'));
  // As after a kill in the middle of a write.
  fs.writeFileSync(file, `${old.join('\n')}\n{"t":"created","id":"torn`);
  const second = openJournal();
  expect(ids(second.table)).toEqual(['a', 'b', 'c']);
  second.journal.close();
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toMatch(/^\{"t":"journal","version":2\}\t[0-9a-f]{8}$/);
  for (const line of lines) expect(line).toMatch(/\t[0-9a-f]{8}$/);
});

test('a journal of another version is refused', () => {
  fs.writeFileSync(file, '{"t":"journal","version":99}\n');
  expect(() => openJournal()).toThrow('it has version 99');
});

test('opening compacts the file: purged instances and ended histories are removed', () => {
  const { add, journal } = openJournal();
  for (const id of ['gone', 'kept']) add(created(id));
  const at = new Date().toISOString();
  for (const id of ['gone', 'kept']) {
    for (let i = 0; i < 50; i++) add(raised(id, `event number ${i}`));
    add({ t: 'episode', id, at, consumed: 51, scheduled: [], status: 'Completed', output: '{"done":true}' });
  }
  add({ t: 'purged', id: 'gone' });
  journal.close();
  const before = fs.statSync(file).size;
  const second = openJournal();
  second.journal.close();
  expect(fs.statSync(file).size).toBeLessThan(before / 2);
  expect(fs.readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  const { table } = openJournal();
  expect(ids(table)).toEqual(['kept']);
  expect(table.get('kept')).toMatchObject({ status: 'Completed', output: '{"done":true}', input: '{"of":"kept"}' });
  expect(table.get('kept')?.view).toHaveLength(52);
});

test('it reports when the file is much larger than its content, and appends continue after a compaction', () => {
  const { add, journal, table } = openJournal({ compactAtBytes: 2000 });
  add(created('a'));
  journal.flush();
  expect(journal.hasOutgrown).toBe(false);
  for (let i = 0; i < 30; i++) {
    add(created('passing'));
    add({ t: 'purged', id: 'passing' });
  }
  journal.flush();
  expect(journal.hasOutgrown).toBe(true);
  const before = fs.statSync(file).size;
  add(created('b'));
  journal.compact(table.snapshot());
  expect(journal.hasOutgrown).toBe(false);
  expect(fs.statSync(file).size).toBeLessThan(before / 2);
  add(created('c'));
  journal.close();
  expect(ids(openJournal().table)).toEqual(['a', 'b', 'c']);
});

describe('a crash while compacting', () => {
  test('before the rename: the incomplete new file is deleted, and the old one is complete', () => {
    const first = openJournal();
    first.add(created('a'));
    first.add(created('b'));
    first.journal.close();
    const whole = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(`${file}.compacting`, whole.slice(0, whole.indexOf('"b"')));
    expect(ids(openJournal().table)).toEqual(['a', 'b']);
    expect(fs.readdirSync(folder)).toEqual(['durable.jsonl']);
  });

  test('when the rename itself fails: the old file is complete', () => {
    const { add, journal, table } = openJournal();
    add(created('a'));
    journal.flush();
    add(created('b'));
    jest.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw new Error('crash');
    });
    expect(() => journal.compact(table.snapshot())).toThrow('crash');
    expect(fs.existsSync(`${file}.compacting`)).toBe(true);
    expect(ids(openJournal().table)).toEqual(['a', 'b']);
  });
});

test('appending to a closed journal throws', () => {
  const { add, journal } = openJournal();
  journal.close();
  add(created('late'));
  expect(() => journal.flush()).toThrow('is closed');
});

test('starts without a result are kept, also by a compaction; a result or an interruption takes them back', () => {
  const first = openJournal({ compactAtBytes: 1 });
  first.add(created('a'));
  for (const task of [0, 0, 0, 1, 2]) first.add({ t: 'started', id: 'a', task });
  first.add({ t: 'interrupted', id: 'a', task: 1 });
  const result = { EventType: EventType.TaskCompleted as const, TaskScheduledId: 2, Result: null };
  first.add({ t: 'message', id: 'a', event: stamped(new Date().toISOString(), result) });
  first.journal.flush();
  const counts = ({ table }: ReturnType<typeof openJournal>) =>
    [0, 1, 2].map((task) => table.get('a')?.starts.of(task));
  expect(counts(openJournal())).toEqual([3, 0, 0]);
  const second = openJournal();
  second.journal.compact(second.table.snapshot());
  expect(counts(openJournal())).toEqual([3, 0, 0]);
});
