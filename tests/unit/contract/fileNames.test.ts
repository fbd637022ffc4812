import fc from 'fast-check';
import { fileNameTest } from '../../../lib/contract/fileNames';

/** The same patterns as a regular expression: what it matches is easy to see, and it is slow with many `*`. */
function asExpression(pattern: string): RegExp {
  let depth = 0;
  const source = [...pattern].map((character) => {
    if (character === '*') return '[^/]*';
    if (character === '?') return '[^/]';
    if (character === '{') return ((depth += 1), '(?:');
    if (character === '}' && depth > 0) return ((depth -= 1), ')');
    if (character === ',' && depth > 0) return '|';
    return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}${')'.repeat(depth)}$`, 'su');
}

test('a pattern matches what the same regular expression matches', () => {
  const pattern = fc.string({ unit: fc.constantFrom(...'ab/*?{,}.😀'), maxLength: 10 });
  const name = fc.string({ unit: fc.constantFrom(...'ab/,}.😀'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, name, (glob, file) => {
      expect(fileNameTest(glob)(file)).toBe(asExpression(glob).test(file));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['*.CSV', 'orders.csv', true],
  ['*.csv', 'ORDERS.CSV', true],
  ['straße.csv', 'STRAßE.CSV', true],
  ['a.csv', 'b.CSV', false],
])('%s without regard to case and %s: %s', (pattern, name, expected) => {
  expect(fileNameTest(pattern, true)(name)).toBe(expected);
});

// A regular expression does not end within years on these.
test.each([
  ['many stars', `${'*a'.repeat(200)}b`, 'a'.repeat(1000)],
  ['many groups', `${'{a,a,*}'.repeat(140)}b`, 'a'.repeat(1000)],
  ['nested groups', `${'{*'.repeat(400)}b`, 'a'.repeat(1000)],
])('a pattern with %s has an answer', (_what, pattern, name) => {
  expect(fileNameTest(pattern)(name)).toBe(false);
  expect(fileNameTest(pattern)(`${name}b`)).toBe(true);
});
