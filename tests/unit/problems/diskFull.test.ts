import { outcomeOf } from '../../../lib/ingest/perform/outcomeOf';
import { decodeProblem } from '../../../lib/problems/codec';
import { codeEntry } from '../../../lib/problems/codes';
import { diskFullLine } from '../../../lib/problems/diskFull';
import { PipelineError, toProblem, type Problem } from '../../../lib/problems/problem';
import { toVectorsError } from '../../../lib/vectors/qdrantError';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: no space left on device, write`), { code });
}

const circle = new Error('a circle');
circle.cause = circle;

it.each([
  ['a full disk', systemError('ENOSPC')],
  ['a full quota', systemError('EDQUOT')],
  ['an error with such a cause', new Error('the file was not written', { cause: systemError('ENOSPC') })],
  ['a problem with such a cause', new PipelineError('DATA_FOLDER_UNUSABLE', 'no', { cause: systemError('ENOSPC') })],
  ['the first of several errors', new AggregateError([systemError('ENOSPC')], 'all failed')],
])('%s is the problem DISK_FULL, with what to do', (_, error) => {
  expect(toProblem(error)).toMatchObject({
    code: 'DISK_FULL',
    retryable: true,
    found: expect.stringContaining('no space left') as string,
    remedy: expect.stringContaining('Free some space') as string,
  });
});

it.each([
  ['another system error', systemError('EACCES'), 'INTERNAL'],
  ['a problem whose text speaks of disks', new PipelineError('CSV_NOT_CSV', 'no space left on device'), 'CSV_NOT_CSV'],
  ['a circle of causes', circle, 'INTERNAL'],
  ['nothing', undefined, 'INTERNAL'],
])('%s is not', (_, error, code) => {
  expect(toProblem(error).code).toBe(code);
});

it('is not the result of a step: a retry may help, also when a permanent problem was made of it', async () => {
  const error = new PipelineError('SOURCE_GZIP_BROKEN', 'the file was not decoded', { cause: systemError('ENOSPC') });
  const log = { warn: () => undefined };
  const work = outcomeOf('step', { dataset: 'a', date: '2026-01-01', runId: 'r' }, log, () => Promise.reject(error));
  const thrown = await work.catch((reason: unknown) => reason as Error);
  expect(decodeProblem((thrown as Error).message)).toMatchObject({ code: 'DISK_FULL' });
  expect(codeEntry('DISK_FULL')).toMatchObject({ status: 507, retryable: true });
});

it.each([
  'initdb: FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device',
  'IO Error: Could not write file "/tmp/o.parquet": No space left on device',
  'Out of Memory Error: failed to offload data block of size 256.0 KiB (11.1 MiB/11.3 MiB used).',
  'Service internal error: ENOSPC: no space left on device, write',
  'write failed: Disk quota exceeded',
  'There is not enough space on the disk.',
])('a program says it: %s', (line) => {
  expect(diskFullLine(`first line\n  ${line}\nlast line`)).toBe(line);
});

it('is not read out of other texts', () => {
  expect(diskFullLine('Out of Memory Error: could not allocate block\nthe disk is fast')).toBeUndefined();
});

const answered = (status: number, error: string): Problem =>
  toProblem(toVectorsError({ status, message: 'x', data: { status: { error } } }, 'store points', 'http://v'));

it('is distinguished from a vector index that is out of reach', () => {
  expect(answered(500, 'ENOSPC: no space left on device, write')).toMatchObject({
    code: 'DISK_FULL',
    message: 'The disk of the vector index is full.',
  });
  expect(answered(500, 'panic').code).toBe('VECTORS_UNAVAILABLE');
});
