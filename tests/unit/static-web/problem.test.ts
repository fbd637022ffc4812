import { ApiError, isAbort, placeOf, problemOf, problemOfError } from '../../../static-web/src/problem';

it('reads a problem+json body', () => {
  const body = {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'The column "author" is missing.',
    code: 'CSV_HEADER_MISSING_COLUMN',
    found: 'auther',
    expected: 'author',
    where: { file: 'a.csv', line: 1 },
    remedy: 'Rename it.',
    retryable: false,
  };
  expect(problemOf(body, 400)).toEqual({
    code: 'CSV_HEADER_MISSING_COLUMN',
    message: 'The column "author" is missing.',
    found: 'auther',
    expected: 'author',
    where: { file: 'a.csv', line: 1 },
    remedy: 'Rename it.',
    retryable: false,
  });
});

it('uses the title if there is no detail', () => {
  expect(problemOf({ title: 't' }, 500).message).toBe('t');
});

it.each([[undefined], [null], ['<html>'], [[1]], [{}]])(
  'makes a problem with the status as its code from %j',
  (body) => {
    const problem = problemOf(body, 502);
    expect(problem.code).toBe('HTTP_502');
    expect(problem.message).not.toBe('');
  },
);

it('returns the problem inside an ApiError, and makes one from any other error', () => {
  const problem = { code: 'A', message: 'b' };
  expect(problemOfError(new ApiError(problem, 400))).toBe(problem);
  expect(problemOfError(new TypeError('x is not a function')).message).toBe('x is not a function');
  expect(problemOfError('torn').message).toBe('torn');
});

it('distinguishes an abort from an error', () => {
  const controller = new AbortController();
  controller.abort();
  expect(isAbort(controller.signal.reason)).toBe(true);
  expect(isAbort(new Error('AbortError'))).toBe(false);
  expect(isAbort(undefined)).toBe(false);
});

it('writes the place in one line, also line 0 and byte 0', () => {
  const where = { file: 'a.csv', line: 12, column: 'title' };
  expect(placeOf({ code: 'A', message: 'b', where })).toBe('file a.csv, line 12, column "title"');
  expect(placeOf({ code: 'A', message: 'b', where: { byteOffset: 0 } })).toBe('byte 0');
  expect(placeOf({ code: 'A', message: 'b' })).toBe('');
});
