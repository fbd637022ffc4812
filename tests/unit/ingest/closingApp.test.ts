import type { IngestDependencies } from '../../../lib/ingest/dependencies';
import { performStep } from '../../../lib/ingest/perform/performStep';
import { decodeProblem } from '../../../lib/problems/codec';
import { codeEntry } from '../../../lib/problems/codes';
import { PipelineError } from '../../../lib/problems/problem';
import { unrecordedUsage } from '../../support/usage';

const key = { dataset: 'letters', date: '2026-03-01', runId: '20260301T010000Z-12345678' };
const log = { warn: () => undefined };

/** The step resolveGate, whose look-up fails with `error`; `closing` is aborted just before it fails. */
async function failingStep(error: unknown, isClosing: boolean): Promise<unknown> {
  const closing = new AbortController();
  const gates = {
    find: async () => {
      if (isClosing) closing.abort();
      await Promise.resolve();
      throw error as Error;
    },
  };
  const cancellations = { find: () => Promise.resolve(undefined) };
  const known = { closing: closing.signal, gates, cancellations, disks: {}, ...unrecordedUsage() };
  const dependencies = known as unknown as IngestDependencies;
  return performStep(dependencies, 'resolveGate', { ...key, isOverdue: false }, log);
}

// What clients throw when they are closed under a step: permanent codes, plain errors of libraries, interrupted queries.
const failures: [string, unknown][] = [
  ['a permanent problem', new PipelineError('EMBEDDING_DIMENSIONS_MISMATCH', 'no vectors')],
  ['a refused statement', new PipelineError('DATABASE_REJECTED', 'canceling statement')],
  ['an ended pool', new Error('Cannot use a pool after calling end on the pool')],
  ['an interrupted query', new Error('INTERRUPT Error: Interrupted!')],
  ['a closed connection', new TypeError("Cannot read properties of null (reading 'run')")],
  ['a value that is not an error', 'gone'],
];

test.each(failures)('%s while the app closes is not a result: it is thrown, and a retry may help', async (_, error) => {
  const thrown: unknown = await failingStep(error, true).catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(Error);
  const problem = decodeProblem((thrown as Error).message);
  expect(problem).toMatchObject({ code: 'APP_CLOSING', retryable: true });
});

test('a permanent problem while the app runs is a result', async () => {
  const error = new PipelineError('DATABASE_REJECTED', 'a wrong statement');
  expect(await failingStep(error, false)).toMatchObject({ ok: false, problem: { code: 'DATABASE_REJECTED' } });
});

test('a client that was closed names a problem that a retry may solve', () => {
  expect(codeEntry('EMBEDDING_CLOSED')).toMatchObject({ retryable: true, status: 503 });
  expect(codeEntry('APP_CLOSING')).toMatchObject({ retryable: true, status: 503 });
});
