import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../../lib/database/migrate';
import type { DocumentRow } from '../../../lib/documents/document';
import { embedDocuments } from '../../../lib/indexing/embedDocuments';
import { cancelRun } from '../../../lib/ingest/cancelRun';
import { unlessCancelled } from '../../../lib/ingest/perform/cancelledRun';
import { commitRun } from '../../../lib/ingest/commitRun';
import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import type { Orchestration } from '../../../lib/ingest/orchestration';
import { performStep } from '../../../lib/ingest/perform/performStep';
import { showRun } from '../../../lib/ingest/showRun';
import { createGateStore } from '../../../lib/quality/gateStore';
import { createCancellationStore } from '../../../lib/runs/cancellationStore';
import type { RunStatus } from '../../../lib/runs/run';
import { createRunStore } from '../../../lib/runs/runStore';
import type { VectorIndex } from '../../../lib/vectors/vectorIndex';
import { countingEmbedder } from '../../support/countingEmbedder';
import { addContract, stageRun, startLake, type TestLake } from '../../support/lake';
import { createTestDatabase, type TestDatabase } from '../../support/servers';
import { unrecordedUsage } from '../../support/usage';

const DATE = '2026-01-31';
const ID = `ingest-notes-${DATE}`;
const BY = { cancelledBy: 'Ada', reason: 'the wrong file' };
const log = { warn: () => undefined };

let test: TestDatabase;
let lake: TestLake;
let dependencies: IngestDependencies;
beforeAll(async () => {
  [test, lake] = await Promise.all([createTestDatabase(), startLake()]);
  await migrate(test.database);
  await addContract(lake);
  await lake.drop('notes', DATE, 'a.csv', 'id,title,n,day,body\na-1,First,7,2026-01-01,text\n');
  dependencies = {
    lakehouse: lake,
    database: test.database,
    runs: createRunStore(test.database),
    gates: createGateStore(test.database),
    cancellations: createCancellationStore(test.database),
    closing: new AbortController().signal,
    disks: {},
    ...unrecordedUsage(),
  } as unknown as IngestDependencies;
});
afterAll(async () => {
  await test.drop();
  await lake.stop();
});

/** The engine: the state that it reports, and what it was asked to do. */
function engine(status: RunStatus | undefined): { orchestration: Orchestration; asked: string[] } {
  const asked: string[] = [];
  const createdAt = new Date(Date.now() - 1000);
  const orchestration = {
    state: () => Promise.resolve(status && { status, createdAt, updatedAt: new Date() }),
    wake: (id: string) => Promise.resolve(void asked.push(`wake ${id}`)),
    resume: (id: string) => Promise.resolve(void asked.push(`resume ${id}`)),
    terminate: (id: string, reason: string) => Promise.resolve(void asked.push(`terminate ${id}: ${reason}`)),
  } as unknown as Orchestration;
  return { orchestration, asked };
}

async function begun(runId: string) {
  const key = { dataset: 'notes', date: DATE, runId };
  await dependencies.runs.begin(key);
  return key;
}
const fileOf = (runId: string, paths: string[]) => paths.filter((path) => path.includes(runId));
const statusOf = async (status: RunStatus) => showRun(dependencies, engine(status).orchestration, ID);

describe('a cancelled run', () => {
  it('does no further step, clears what it staged, and says who ended it and why', async () => {
    const key = await begun('before-commit');
    await stageRun(lake, key);
    expect(fileOf(key.runId, await lake.paths('staging'))).not.toEqual([]);
    const { orchestration, asked } = engine('Running');
    expect(await cancelRun(dependencies, orchestration, ID, BY)).toMatchObject({ runId: key.runId, ...BY });
    // It may wait at its gate.
    expect(asked).toEqual([`wake ${ID}`]);

    const outcome = await performStep(dependencies, 'commitRun', key, log);
    expect(outcome).toMatchObject({
      ok: false,
      problem: { code: 'RUN_CANCELLED', found: 'a run that has not committed' },
    });
    if (outcome.ok) throw new Error('the step was done');
    const { problem } = outcome;
    expect(problem.message).toContain('Ada: the wrong file');
    expect((await performStep(dependencies, 'discardRun', key, log)).ok).toBe(true);
    expect((await performStep(dependencies, 'concludeRun', { ...key, problem, summary: null }, log)).ok).toBe(true);

    expect(fileOf(key.runId, await lake.paths('staging'))).toEqual([]);
    expect(await lake.documents('notes', DATE)).toEqual([]);
    expect(await statusOf('Failed')).toMatchObject({
      status: 'Cancelled',
      error: { code: 'RUN_CANCELLED' },
      cancellation: BY,
    });
  });

  it('says after the commit what the stores may lack', async () => {
    const key = await begun('after-commit');
    await stageRun(lake, key);
    await commitRun(lake, key);
    await cancelRun(dependencies, engine('Running').orchestration, ID, BY);
    // Also the commit itself, when it is repeated because its answer was lost.
    for (const step of ['commitRun', 'reconcileRun'] as const) {
      expect(await performStep(dependencies, step, key as never, log)).toMatchObject({
        problem: {
          code: 'RUN_CANCELLED',
          found: 'a run that has committed',
          remedy: expect.stringContaining('Qdrant') as string,
        },
      });
    }
    expect(await lake.documents('notes', DATE)).toHaveLength(1);
  });

  it('keeps the first request, and accepts it again', async () => {
    await begun('twice');
    const { orchestration } = engine('Running');
    const first = await cancelRun(dependencies, orchestration, ID, BY);
    expect(await cancelRun(dependencies, orchestration, ID, { cancelledBy: 'Bob', reason: 'mine' })).toEqual(first);
  });

  it('is continued when it was suspended, so that it can end', async () => {
    await begun('suspended');
    const { orchestration, asked } = engine('Suspended');
    await cancelRun(dependencies, orchestration, ID, BY);
    expect(asked).toEqual([`resume ${ID}`, `wake ${ID}`]);
  });

  it('is ended by the engine when no step of it has begun', async () => {
    const { orchestration, asked } = engine('Pending');
    const id = `ingest-notes-2026-02-28`;
    expect(await cancelRun(dependencies, orchestration, id, BY)).toMatchObject({ runId: null, ...BY });
    expect(asked).toEqual([`terminate ${id}: cancelled by Ada: the wrong file`]);
  });

  it('is cleared at once when the engine does not know it any more', async () => {
    const key = await begun('forgotten');
    await stageRun(lake, key);
    await cancelRun(dependencies, engine(undefined).orchestration, ID, BY);
    expect(fileOf(key.runId, await lake.paths('staging'))).toEqual([]);
    expect((await dependencies.runs.find(key.runId))?.status).toBe('cancelled');
  });
});

describe('a request that cannot be met', () => {
  it('is refused for a run that does not exist', async () => {
    const { orchestration } = engine(undefined);
    await expect(cancelRun(dependencies, orchestration, 'ingest-none-2026-01-01', BY)).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      status: 404,
    });
  });

  it.each(['Completed', 'Failed', 'Terminated'] as const)('is refused for a run that is %s', async (status) => {
    await begun('ended');
    await expect(cancelRun(dependencies, engine(status).orchestration, ID, BY)).rejects.toMatchObject({
      code: 'RUN_ALREADY_ENDED',
      status: 409,
      found: `a run that is ${status}`,
    });
    expect(await dependencies.cancellations.find('ended')).toBeUndefined();
  });
});

describe('work that is under way', () => {
  it('notices the request', async () => {
    const key = await begun('under-way');
    const work = unlessCancelled(
      dependencies,
      key,
      async (cancelled) => {
        await dependencies.cancellations.request(key.runId, BY);
        for (;;) {
          cancelled.throwIfAborted();
          await sleep(5);
        }
      },
      10,
    );
    await expect(work).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  it('embeds no further chunks', async () => {
    const cancelled = new AbortController();
    const embedder = countingEmbedder();
    const vectors = {
      points: async function* () {
        yield* [];
      },
      datesOf: () => Promise.resolve(new Map()),
      confirm: () => Promise.resolve(),
      upsert: () => Promise.resolve(cancelled.abort(new Error('cancelled'))),
      count: () => Promise.resolve(0),
    } as unknown as VectorIndex;
    async function* documents(): AsyncGenerator<DocumentRow[]> {
      for (let batch = 0; batch < 20; batch += 1) {
        yield Array.from({ length: 128 }, (_, row) => document(`${batch}-${row}`));
      }
    }
    const key = { dataset: 'notes', date: DATE, runId: 'embedding' };
    await expect(
      embedDocuments({ vectors, embedder }, documents(), key, { cancelled: cancelled.signal }),
    ).rejects.toThrow('cancelled');
    // Only the requests that were already under way.
    expect(embedder.texts.length).toBeLessThanOrEqual(4 * 128);
  });
});

function document(docId: string): DocumentRow {
  const nothing = { author: null, publishedAt: null, category: null, allowedGroups: null, accessColumn: null };
  const names = { dataset: 'notes', ingestDate: DATE, docId, contentHash: docId, title: docId };
  return { ...names, ...nothing, sourceFile: 'a.csv', recordNumber: 1, text: `The text of ${docId}.` };
}
