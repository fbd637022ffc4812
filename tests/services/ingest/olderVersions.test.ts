import { createOlderVersions } from '../../../lib/documents/olderVersions';
import { removeStalePoints } from '../../../lib/indexing/removeStalePoints';
import { returnOlderVersions } from '../../../lib/indexing/returnOlderVersions';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import type { RunSummary } from '../../../lib/runs/run';
import { createFaultPlan } from '../../support/faults/faultPlan';
import { startFaultyPlatform, type FaultyPlatform } from '../../support/faults/faultyPlatform';
import { differences } from '../../support/faults/partition';
import { runIngest } from '../../support/faults/runIngest';
import { addContract, DEFAULT_COLUMNS } from '../../support/lake';
import { uniqueName } from '../../support/servers';

const [JAN_1, JAN_2, JAN_3] = ['2026-01-01', '2026-01-02', '2026-01-03'] as const;
const DATES = [JAN_1, JAN_2, JAN_3];

let platform: FaultyPlatform;
beforeAll(async () => {
  platform = await startFaultyPlatform(createFaultPlan(0));
});
afterAll(() => platform?.stop());

type Texts = Record<string, string>;

/** A dataset of which each test drops and runs dates. */
async function startDataset() {
  const dataset = uniqueName('older').replace(/_/g, '-');
  await addContract(platform.lake, { dataset });
  const expected = new Map<string, Texts>();
  const drop = async (date: string, texts: Texts): Promise<void> => {
    const rows = Object.entries(texts).map(([id, text]) => `${id},Title of ${id},1,,${text}\n`);
    await platform.lake.drop(dataset, date, 'a.csv', `id,title,n,day,body\n${rows.join('')}`);
    expected.set(date, texts);
  };
  return {
    dataset,
    drop,
    run: async (date: string, texts?: Texts, dependencies: IngestDependencies = platform.direct) => {
      if (texts) await drop(date, texts);
      return (await runIngest(
        dependencies,
        { dataset, date },
        {
          decide: (runId) => platform.direct.gates.decide(runId, { decision: 'approve', decidedBy: 'me', reason: '' }),
        },
      )) as RunSummary;
    },
    /** What differs between files, lake, PostgreSQL and vectors, over all dates. */
    differences: async () => {
      const found: object[] = [];
      for (const date of DATES) {
        const texts = Object.entries(expected.get(date) ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
        found.push(...(await differences(platform, { dataset, date }, texts)));
      }
      return found;
    },
    /** Date and text by document id, as in the index. */
    vectors: async () => {
      const found: Record<string, string> = {};
      for await (const points of platform.direct.vectors.points({ dataset })) {
        const payloads = await platform.direct.vectors.payloadsOf(points.map(({ id }) => id));
        for (const { docId, ingestDate, text } of payloads.values()) found[docId] = `${ingestDate} ${text}`;
      }
      return found;
    },
  };
}

/** Counts the texts that are embedded. */
function countingEmbeddings(): IngestDependencies & { embedded: string[] } {
  const { embedder } = platform.direct;
  const embedded: string[] = [];
  const embed = (texts: string[]) => {
    embedded.push(...texts);
    return embedder.embed(texts);
  };
  return { ...platform.direct, embedder: { ...embedder, embed }, embedded };
}

it('a document that a re-run removes from its newest date is served from the newest older date that has it', async () => {
  const { run, differences, vectors } = await startDataset();
  await run(JAN_1, { a: 'Herons of the first.', b: 'Only here.', c: 'Cranes of the first.' });
  await run(JAN_2, { a: 'Herons of the second.', d: 'Only there.' });
  await run(JAN_3, { a: 'Herons of the third.', c: 'Cranes of the third.', e: 'Stays.' });
  const summary = await run(JAN_3, { e: 'Stays.' });
  expect(summary.rows).toEqual({ source: 1, lake: 1, sql: 1, vectors: 1, returned: 2 });
  expect(await vectors()).toEqual({
    a: `${JAN_2} Herons of the second.`,
    b: `${JAN_1} Only here.`,
    c: `${JAN_1} Cranes of the first.`,
    d: `${JAN_2} Only there.`,
    e: `${JAN_3} Stays.`,
  });
  expect(await differences()).toEqual([]);
  expect((await run(JAN_3)).rows).toEqual({ source: 1, lake: 1, sql: 1, vectors: 1 });
  expect((await run(JAN_2, { d: 'Only there.' })).rows).toMatchObject({ returned: 1 });
  expect(await differences()).toEqual([]);
});

it('an unchanged document is moved to the older date without being embedded', async () => {
  const { run, differences } = await startDataset();
  await run(JAN_1, { a: 'The same.', b: 'Other.' });
  await run(JAN_2, { a: 'The same.', b: 'Other.', c: 'New.' });
  const counting = countingEmbeddings();
  const summary = await run(JAN_2, { c: 'New.' }, counting);
  expect(counting.embedded).toEqual([]);
  expect(summary.chunks).toEqual({ embedded: 0, reused: 1, deleted: 0 });
  expect(await differences()).toEqual([]);
});

it('a changed document, and one that a newer date has, bring nothing back', async () => {
  const { run, differences } = await startDataset();
  await run(JAN_1, { a: 'First.', b: 'First.' });
  await run(JAN_2, { a: 'Second.', b: 'Second.' });
  await run(JAN_3, { b: 'Third.' });
  const counting = countingEmbeddings();
  expect((await run(JAN_2, { a: 'Changed.' }, counting)).rows).not.toHaveProperty('returned');
  expect(counting.embedded).toHaveLength(1);
  expect(await differences()).toEqual([]);
});

it('a date that loses all its rows gives all its documents back', async () => {
  const { run, differences } = await startDataset();
  await run(JAN_1, { a: 'First.', b: 'The same.' });
  await run(JAN_2, { a: 'Second.', b: 'The same.' });
  expect((await run(JAN_2, {})).rows).toEqual({ source: 0, lake: 0, sql: 0, vectors: 0, returned: 2 });
  expect(await differences()).toEqual([]);
});

it('the older version is read as its own contract says', async () => {
  const { dataset, run, vectors } = await startDataset();
  await run(JAN_1, { a: 'Body of the first.' });
  const columns = DEFAULT_COLUMNS.replace('value: title', 'value: x').replace('value: text', 'value: title');
  await addContract(platform.lake, { dataset, columns: columns.replace('value: x', 'value: text') });
  await run(JAN_2, { a: 'Body of the second.', b: 'Other.' });
  await platform.lake.drop(dataset, JAN_2, 'a.csv', 'id,title,n,day,body\nb,Title of b,1,,Other.\n');
  await run(JAN_2);
  expect(await vectors()).toEqual({ a: `${JAN_1} Body of the first.`, b: `${JAN_2} Title of b` });
});

describe('a removal that does not end', () => {
  /** The dependencies, with a method of the index that fails the first time that it is used for the removal. */
  function failingOnce(method: 'confirm' | 'upsert' | 'remove'): {
    dependencies: IngestDependencies;
    failures: number;
  } {
    const { vectors } = platform.direct;
    const use = { failures: 0 };
    const failing = async (...input: unknown[]) => {
      const isForRemoval = JSON.stringify(input).includes(method === 'remove' ? '"notBy"' : `Date":"${JAN_1}"`);
      const isMove = method === 'confirm' && JSON.stringify(input).includes('newerDate');
      if (use.failures === 0 && (isForRemoval || isMove)) {
        use.failures += 1;
        throw new Error('killed');
      }
      return (vectors[method] as (...input: unknown[]) => Promise<void>)(...input);
    };
    return Object.assign(use, { dependencies: { ...platform.direct, vectors: { ...vectors, [method]: failing } } });
  }

  it.each(['confirm', 'upsert', 'remove'] as const)(
    'is repeated after %s failed, and nothing is lost',
    async (method) => {
      const { run, differences } = await startDataset();
      await run(JAN_1, { a: 'First.', b: 'The same.' });
      await run(JAN_2, { a: 'Second.', b: 'The same.', c: 'Stays.' });
      const failing = failingOnce(method);
      await run(JAN_2, { c: 'Stays.' }, failing.dependencies);
      expect(failing.failures).toBe(1);
      expect(await differences()).toEqual([]);
    },
  );

  it('ends when the run is cancelled, and deletes nothing', async () => {
    const { dataset, run, differences } = await startDataset();
    await run(JAN_1, { a: 'First.' });
    await run(JAN_2, { a: 'Second.', b: 'Stays.' });
    const { database, lake, vectors } = platform.direct;
    const cancelled = new AbortController();
    const partsOf = (partition: { date: string }) => {
      cancelled.abort(new Error('cancelled by me'));
      return lake.parts(dataset, partition.date);
    };
    const older = createOlderVersions(database, lake, partsOf);
    const key = { dataset, date: JAN_2, runId: 'another-run' };
    const removal = removeStalePoints({ vectors }, key, 0, () =>
      returnOlderVersions({ ...platform.direct, older }, key, cancelled.signal),
    );
    await expect(removal).rejects.toThrow('cancelled by me');
    expect(await differences()).toEqual([]);
    await run(JAN_2, { b: 'Stays.' });
    expect(await differences()).toEqual([]);
  });
});

it('a run does not complete while a document that it removed is not found with its older date; a repeat brings it back', async () => {
  const { dataset, run, drop, differences } = await startDataset();
  await run(JAN_1, { a: 'First.', b: 'Other.' });
  await run(JAN_2, { a: 'Second.', c: 'Stays.' });
  const { vectors } = platform.direct;
  const loses: IngestDependencies = {
    ...platform.direct,
    vectors: {
      ...vectors,
      // As a run of the older date at the same time may do.
      upsert: async (...points) => {
        await vectors.upsert(...points);
        await vectors.remove({ dataset, docIds: ['a'] });
      },
    },
  };
  await drop(JAN_2, { c: 'Stays.' });
  const broken = { message: expect.stringContaining('RECONCILE_MISMATCH') as string };
  await expect(run(JAN_2, undefined, loses)).rejects.toMatchObject(broken);
  // The next run finds no stale point, so only the record of the removal shows the loss.
  expect((await run(JAN_2)).rows).toMatchObject({ returned: 1 });
  expect(await differences()).toEqual([]);
  expect((await run(JAN_2)).rows).not.toHaveProperty('returned');
});
