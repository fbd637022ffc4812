import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { codeGroups } from '../../../lib/problems/codes';
import { recordFaultCodes } from '../../../lib/problems/recordFaultCodes';
import { generatedPages } from '../../../local/docs/pages';

const root = path.resolve(__dirname, '../../..');
const TABLES = ['lib/problems/codes.ts', 'lib/problems/recordFaultCodes.ts'];
const sources = new Map(
  ['lib', 'functions', 'orchestrators', 'local'].flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(room, name))
      .filter((file) => file.endsWith('.ts') && !file.includes('node_modules') && !TABLES.includes(file))
      .map((file): [string, string] => [file, readFileSync(path.join(root, file), 'utf8')]),
  ),
);
const isNamed = (code: string): boolean => [...sources.values()].some((text) => text.includes(`'${code}'`));

/** The codes of a model service: its name and the failure. */
function isComposed(code: string): boolean {
  const [, service, fault] = /^(EMBEDDING|ANSWER)_(.+)$/.exec(code) ?? [];
  const text = sources.get(path.join('lib', 'openAi', 'openAiService.ts')) ?? '';
  return service !== undefined && (text.includes(`'${fault}'`) || text.includes(`}_${fault}\``));
}

const codes = codeGroups.flatMap((group) => Object.entries(group.codes));

it('lists each code once', () => {
  const names = codes.map(([code]) => code);
  expect(names.length).toBeGreaterThan(100);
  expect(new Set(names).size).toBe(names.length);
});

it('has no code that the sources do not use', () => {
  const names = [...codes.map(([code]) => code), ...Object.keys(recordFaultCodes)];
  expect(names.filter((code) => !isNamed(code) && !isComposed(code))).toEqual([]);
});

it('gives each code one plain sentence and an error status', () => {
  const titles = [...codes.map(([, { title }]) => title), ...Object.values(recordFaultCodes)];
  expect(titles.filter((title) => !/^[A-Z][^.|\n]{5,75}\.$/.test(title))).toEqual([]);
  expect(codes.filter(([, { status }]) => status < 400 || status > 599)).toEqual([]);
});

it('marks only server errors and a full queue as retryable', () => {
  expect(codes.filter(([, { status, retryable }]) => retryable && status < 500 && status !== 429)).toEqual([]);
});

it.each(generatedPages)('$file is what `npm run docs` writes', ({ file, text }) => {
  expect(readFileSync(path.join(root, file), 'utf8')).toBe(text());
});
