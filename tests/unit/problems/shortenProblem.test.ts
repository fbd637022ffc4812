import type { Problem } from '../../../lib/problems/problem';
import { shortenProblem } from '../../../lib/problems/shortenProblem';

const fault = (line: number): Problem => ({
  code: 'CSV_HEADER_MISSING_COLUMN',
  message: 'The header lacks the column "author".',
  found: 'auther',
  where: { file: 'letters/2026-01-01/a.csv', line },
});
const sizeOf = (problem: Problem): number => Buffer.byteLength(JSON.stringify(problem));

it('leaves a small problem as it is', () => {
  const small: Problem = { code: 'CSV_FILES_INVALID', message: 'm', faults: [fault(1), fault(2)], retryable: false };
  expect(shortenProblem(small)).toEqual(small);
});

it('keeps the first faults that fit', () => {
  const faults = Array.from({ length: 100 }, (_, line) => fault(line));
  const short = shortenProblem({ code: 'CSV_FILES_INVALID', message: 'm', remedy: 'r', faults });
  expect(short.faults?.length).toBeGreaterThan(10);
  expect(short.faults).toEqual(faults.slice(0, short.faults?.length));
  expect(sizeOf(short)).toBeLessThanOrEqual(3500);
  expect(sizeOf(short)).toBeGreaterThan(3300);
});

it('truncates long texts further until at least one fault fits', () => {
  const long = 'é𝄞'.repeat(2000);
  const short = shortenProblem(
    { code: 'CSV_FILES_INVALID', message: long, found: long, expected: long, remedy: long, faults: [fault(1)] },
    1500,
  );
  expect(sizeOf(short)).toBeLessThanOrEqual(1500);
  expect(short.faults).toEqual([fault(1)]);
  expect(short.message).toMatch(/^(?:é𝄞)+é? \.\.\.$/u);
});
