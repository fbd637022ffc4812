import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DuckDb } from '../../../lib/duckdb/duckdb';
import { readContractWithEngine } from '../../../lib/contract/reading/readContract';
import type { Comparison } from '../../../lib/contract/qualityRule';
import { holds } from '../../../lib/quality/comparison';
import { createEngines } from '../../../lib/duckdb/engines';
import type { Problem } from '../../../lib/problems/problem';
import { createContractEngine } from '../../../lib/quality/analyseQueries';
import { columnsRead, gateColumns } from '../../../lib/quality/gateColumns';
import { evaluateRun } from '../../../lib/quality/evaluateRun';
import { withinTimeLimit } from '../../../lib/quality/ruleTimeLimit';
import { verdictOf, type VerdictRule } from '../../../lib/quality/verdict';
import { contractText, errorOf, stageRun, startLake, type TestLake } from '../../support/lake';

const COLUMNS = (quality: Record<string, string>) => `
      - {name: id, logicalType: string, primaryKey: true, customProperties: [{property: role, value: id}]${quality['id'] ?? ''}}
      - {name: title, logicalType: string, required: true, customProperties: [{property: role, value: title}]${quality['title'] ?? ''}}
      - {name: n, logicalType: integer${quality['n'] ?? ''}}
      - {name: day, logicalType: date, customProperties: [{property: role, value: date}]${quality['day'] ?? ''}}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]${quality['body'] ?? ''}}`;

/** A contract with rules by column; `table` for rules of the whole table, `sla` for service levels. */
function withRules(dataset: string, rules: Record<string, string>): string {
  const quality = Object.fromEntries(Object.entries(rules).map(([name, list]) => [name, `, quality: [${list}]`]));
  const table = rules['table'] === undefined ? '' : `\n    quality: [${rules['table']}]`;
  return contractText({ dataset, columns: COLUMNS(quality) + table }).replace(
    'customProperties: [{"',
    `slaProperties: [${rules['sla'] ?? ''}]\ncustomProperties: [{"`,
  );
}

const HEADER = 'id,title,n,day,body\n';
/** Two files with six valid records and a rejected one; each file becomes one part. */
const FILES = [
  'a-1,one,1,2026-01-01,x\na-2,one,,2026-01-02,x\na-3,N/A,-9,,x\n',
  'b-1,two,1,2026-01-03,y\nb-2,,5,2026-01-03,y\nb-3,one,7,,y\nb-4,two,1,2026-01-03,y\n',
];

let lake: TestLake;
let datasets = 0;
beforeAll(async () => {
  lake = await startLake();
});
afterAll(() => lake.stop());

async function evaluate(
  rules: Record<string, string>,
  files: string[] = FILES,
  timeoutInSeconds = 300,
  cancelled?: AbortSignal,
) {
  datasets += 1;
  const dataset = `rules-${datasets}`;
  await writeFile(path.join(lake.contractsFolder, `${dataset}.yaml`), withRules(dataset, rules));
  const key = { dataset, date: '2026-01-04', runId: 'run-1' };
  for (const [index, records] of files.entries()) await lake.drop(dataset, key.date, `${index}.csv`, HEADER + records);
  await stageRun(lake, key);
  const verdict = await evaluateRun({ ...lake, qualityRuleTimeoutInSeconds: timeoutInSeconds }, key, cancelled);
  expect(Buffer.byteLength(JSON.stringify({ ok: true, result: verdict }))).toBeLessThan(4096);
  expect(await lake.leftovers()).toEqual([]);
  return { passed: verdict.passed, rules: verdict.rules.filter(({ rule }) => !OWN_RULES.test(rule)) };
}
const OWN_RULES =
  /^every record|^every file of the date|^at least one row|^share of rejected|is unique over all parts$/;

async function checkOne(rules: Record<string, string>, files?: string[]) {
  const { passed, rules: evaluated } = await evaluate(rules, files);
  expect(evaluated).toHaveLength(1);
  const { rule, expected, observed } = evaluated[0] as VerdictRule;
  return [passed, rule, expected, observed];
}

describe('a rule that does not end', () => {
  it.each([
    'WITH RECURSIVE r AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM r) SELECT max(k) FROM r',
    'SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c',
  ])('is interrupted at its time limit: %s', async (query) => {
    const ends = evaluate({ table: `{type: sql, query: "${query}", mustBe: 0}` }, FILES, 1);
    expect(await errorOf(ends)).toMatchObject({
      code: 'QUALITY_RULE_TIMEOUT',
      retryable: false,
      where: { setting: 'QUALITY_RULE_TIMEOUT_SECONDS' },
    });
    expect(await lake.leftovers()).toEqual([]);
  });
});

describe('a cancelled evaluation', () => {
  const cancelledBy = new Error('cancelled by somebody');

  it('ends at once, and the process of its query with it', async () => {
    const query = 'WITH RECURSIVE r AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM r) SELECT max(k) FROM r';
    const cancelling = new AbortController();
    const ends = evaluate({ table: `{type: sql, query: "${query}", mustBe: 0}` }, FILES, 300, cancelling.signal);
    const error = errorOf(ends);
    // In the transform, before the query, or in it: each ends the evaluation.
    await pause(1500);
    cancelling.abort(cancelledBy);
    expect(await error).toBe(cancelledBy);
    expect(await lake.leftovers()).toEqual([]);
  });

  it('interrupts a rule of this code until it ends, also when the rule hides its error', async () => {
    const cancelling = new AbortController();
    let interrupted: () => void = () => undefined;
    const duckDb = { interrupt: () => interrupted() } as unknown as DuckDb;
    const evaluated = withinTimeLimit(duckDb, { name: 'r' }, { seconds: 300, cancelled: cancelling.signal }, () => {
      return new Promise<string>((resolve) => (interrupted = () => resolve('failed: interrupted')));
    });
    cancelling.abort(cancelledBy);
    expect(await errorOf(evaluated)).toBe(cancelledBy);
    const later = withinTimeLimit(duckDb, { name: 'r' }, { seconds: 300, cancelled: cancelling.signal }, () =>
      Promise.reject(new Error('must not begin')),
    );
    expect(await errorOf(later)).toBe(cancelledBy);
  });
});

describe('a rule that takes too much memory', () => {
  it.each([
    "SELECT length(repeat('x', 2000000000))",
    'SELECT len(range(300000000))',
    'SELECT sum(n) FROM (SELECT unnest(range(300000000)) AS n)',
  ])('is ended at the limit, and its process with it: %s', async (query) => {
    const ends = evaluate({ table: `{type: sql, name: greedy, query: "${query}", mustBe: 0}` });
    expect(await errorOf(ends)).toMatchObject({
      code: 'DUCKDB_OUT_OF_MEMORY',
      message: expect.stringContaining('greedy') as string,
      where: { setting: 'DUCKDB_MEMORY_MEGABYTES' },
    });
    expect(await lake.leftovers()).toEqual([]);
  });
});

describe('rules over all parts of a run', () => {
  it.each<[string, Record<string, string>, (string | boolean)[]]>([
    ['rowCount', { table: '{metric: rowCount, mustBe: 6}' }, [true, 'rowCount', '6 rows', '6 rows']],
    ['rowCount', { table: '{metric: rowCount, mustBe: 7}' }, [false, 'rowCount', '7 rows', '6 rows']],
    ['nullValues', { n: '{metric: nullValues, mustBe: 1}' }, [true, 'n: nullValues', '1 rows', '1 rows']],
    [
      'nullValues in percent',
      { day: '{metric: nullValues, unit: percent, mustBeLessThan: 33}' },
      [false, 'day: nullValues', 'less than 33 %', '33.33 % (2 of 6 rows)'],
    ],
    [
      'missingValues',
      { title: "{metric: missingValues, arguments: {missingValues: ['', N/A]}, mustBeLessOrEqualTo: 0}" },
      [false, 'title: missingValues', 'at most 0 rows', '1 rows'],
    ],
    [
      'missingValues of a number, with null',
      { n: '{metric: missingValues, arguments: {missingValues: [null, -9, none]}, mustBe: 2}' },
      [true, 'n: missingValues', '2 rows', '2 rows'],
    ],
    [
      'invalidValues by a list',
      { title: '{metric: invalidValues, arguments: {validValues: [one, three]}, mustBe: 0}' },
      [false, 'title: invalidValues', '0 rows', '3 rows, e.g. N/A, two'],
    ],
    [
      'invalidValues by a pattern',
      { id: "{metric: invalidValues, arguments: {pattern: 'a-[0-9]'}, unit: percent, mustBeBetween: [40, 60]}" },
      [true, 'id: invalidValues', 'from 40 to 60 %', '50 % (3 of 6 rows), e.g. b-1, b-3, b-4'],
    ],
    [
      'invalidValues of a date',
      { day: '{metric: invalidValues, arguments: {validValues: ["2026-01-03"]}, mustBe: 0}' },
      [false, 'day: invalidValues', '0 rows', '2 rows, e.g. 2026-01-01, 2026-01-02'],
    ],
    [
      'duplicateValues across parts',
      { title: '{metric: duplicateValues, name: titles are unique, mustBe: 0}' },
      [false, 'titles are unique', '0 rows', '3 rows, e.g. one, two'],
    ],
    [
      'duplicateValues of a combination',
      { table: '{metric: duplicateValues, arguments: {properties: [title, n]}, mustBeLessThan: 2}' },
      [true, 'title, n: duplicateValues', 'less than 2 rows', '1 rows, e.g. two + 1'],
    ],
    [
      'a query',
      { table: '{type: sql, query: "SELECT avg(n) FROM ${object} WHERE n > 0", mustNotBeBetween: [2, 3]}' },
      [false, 'query', 'under 2 or over 3', '2.5'],
    ],
    [
      'a query at a column, with a comment',
      { n: '{type: sql, query: "SELECT sum(${column}) FROM ${table} -- all", mustBeGreaterOrEqualTo: 1}' },
      [true, 'n: query', 'at least 1', '1'],
    ],
    [
      'a query that joins its own table and returns text',
      {
        table:
          "{type: sql, query: \"WITH t AS (SELECT * FROM ${object}) SELECT string_agg(t.id, ' ' ORDER BY t.id) FROM t JOIN ${object} o ON o.id = t.id WHERE o.body = 'y';\", mustBe: b-1 b-3 b-4}",
      },
      [true, 'query', 'b-1 b-3 b-4', 'b-1 b-3 b-4'],
    ],
    [
      'freshness of a date, measured at its end',
      { sla: '{property: freshness, value: 1, unit: d, element: notes.day}' },
      [true, 'freshness of day', 'newest value at most 1 d before the end of 2026-01-04', '1 d (newest 2026-01-03)'],
    ],
    [
      'freshness in hours',
      { sla: '{property: freshness, value: "23", unit: h, element: day}, {property: retention, value: 3, unit: y}' },
      [false, 'freshness of day', 'newest value at most 23 h before the end of 2026-01-04', '24 h (newest 2026-01-03)'],
    ],
  ])('%s', async (_name, rules, expected) => {
    expect(await checkOne(rules)).toEqual(expected);
  });

  it('reports a failing warning and opens the gate', async () => {
    const rules =
      '{metric: rowCount, mustBe: 1, severity: warning}, {metric: rowCount, mustBeGreaterThan: 9, severity: info}';
    expect(await evaluate({ table: rules })).toEqual({
      passed: true,
      rules: [
        { rule: 'rowCount', severity: 'warning', expected: '1 rows', observed: '6 rows', passed: false },
        { rule: 'rowCount', severity: 'warning', expected: 'more than 9 rows', observed: '6 rows', passed: false },
      ],
    });
  });

  it('evaluates a run without rows', async () => {
    const { rules } = await evaluate(
      {
        table: '{metric: rowCount, mustBe: 0}, {type: sql, query: "SELECT max(n) FROM ${object}", mustBe: 0}',
        n: '{metric: nullValues, unit: percent, mustBe: 0}, {metric: duplicateValues, mustBe: 0}',
        sla: '{property: freshness, value: 1, element: day}',
      },
      [',,,,\n'],
    );
    expect(rules.map(({ observed, passed }) => [observed, passed])).toEqual([
      ['0 rows', true],
      ['null', false],
      ['0 % (0 of 0 rows)', true],
      ['0 rows', true],
      ['no value', false],
    ]);
  });

  it.each([
    ['reads another file', "SELECT count(*) FROM read_text('/etc/hostname')", /disabled by configuration/],
    ['returns two columns', 'SELECT 1, 2 FROM ${object}', /2 columns/],
    ['returns many rows', 'SELECT n FROM ${object}', /More than one row/],
    ['is invalid', 'SELECT cuont(n) FROM ${object}', /cuont/],
  ])('fails a rule whose query %s, and evaluates the others', async (_name, query, why) => {
    const { passed, rules } = await evaluate({
      table: `{type: sql, query: "${query}", mustNotBe: -1}, {metric: rowCount, mustBe: 6}`,
    });
    expect([passed, rules.map((rule) => rule.passed)]).toEqual([false, [false, true]]);
    expect(rules[0]?.observed).toMatch(/^the query failed: /);
    expect(rules[0]?.observed).toMatch(why);
  });

  it('keeps the verdict small, with failed rules first', () => {
    const rule = (index: number, passed: boolean, severity: 'error' | 'warning'): VerdictRule => ({
      rule: `rule ${index} `.padEnd(200, 'ö'),
      severity,
      expected: '0',
      observed: 'x'.repeat(500),
      passed,
    });
    const rules = Array.from({ length: 60 }, (_unused, index) =>
      rule(index, index % 20 !== 7, index === 27 ? 'error' : 'warning'),
    );
    const verdict = verdictOf(rules);
    expect(Buffer.byteLength(JSON.stringify({ ok: true, result: verdict }))).toBeLessThan(4096);
    expect(verdict.passed).toBe(false);
    expect(verdict.rules.filter(({ passed }) => !passed).map(({ rule: name }) => name.slice(0, 7))).toEqual([
      'rule 7 ',
      'rule 27',
      'rule 47',
    ]);
    const left = verdict.omitted;
    expect([left?.failed, (left?.passed ?? 0) + verdict.rules.length]).toEqual([0, 60]);
    const failing = verdictOf(rules.map((one) => ({ ...one, passed: false })));
    expect(failing.rules[0]?.severity === 'error' || failing.rules.some(({ severity }) => severity === 'error')).toBe(
      true,
    );
    expect(failing.omitted?.passed).toBe(0);
  });
});

describe('comparisons', () => {
  it.each<[Comparison, (number | string | boolean)[], (number | string | null)[]]>([
    [{ operator: 'mustBe', value: 5 }, [5, '5', '5.0'], [4, '', 'x', null]],
    [{ operator: 'mustBe', value: 0 }, [0], ['', null]],
    [{ operator: 'mustBe', value: true }, [true, 'true'], ['false', 1]],
    [{ operator: 'mustBe', value: 'ok' }, ['ok'], ['OK']],
    [{ operator: 'mustNotBe', value: 5 }, [4, 'x'], [5, '5', null]],
    [{ operator: 'mustBeGreaterThan', value: 5 }, [6], [5, 'x', '', null]],
    [{ operator: 'mustBeGreaterOrEqualTo', value: 5 }, [5], [4.99]],
    [{ operator: 'mustBeLessThan', value: 5 }, [4], [5, 'x', ' ', null]],
    [{ operator: 'mustBeLessOrEqualTo', value: 5 }, [5, '4'], [6]],
    [{ operator: 'mustBeBetween', value: [1, 2] }, [1, 1.5, 2], [0.9, 2.1, 'x']],
    [{ operator: 'mustNotBeBetween', value: [1, 2] }, [0.9, 2.1], [1, 2, 'x', null]],
  ])('%j', (comparison, holding, failing) => {
    expect(holding.filter((value) => !holds(comparison, value))).toEqual([]);
    expect(failing.filter((value) => holds(comparison, value))).toEqual([]);
  });
});

describe('the columns that a query reads', () => {
  const ALL = ['id', 'title', 'n', 'day', 'body'];
  const engines = createEngines({ memoryLimitInMegabytes: 256 });
  const analyse = createContractEngine(engines, path.join(tmpdir(), 'analysed-queries'));
  afterAll(() => engines.close());

  async function analysed(query: string): Promise<string[]> {
    const text = withRules('my-notes', { table: `{type: sql, query: ${JSON.stringify(query)}, mustBe: 0}` });
    const { contract } = await readContractWithEngine(text, 'my-notes.yaml', analyse);
    return contract.quality.rules.flatMap(({ measure }) => columnsRead(measure));
  }

  it.each<[string, string[]]>([
    ['SELECT count(*) FROM ${object}', []],
    ['SELECT count(*) FROM ${object} WHERE n > 1', ['n']],
    ['SELECT max(o.ID) FROM ${object} AS o JOIN ${object} p ON o.n = p.n', ['id', 'n']],
    ['SELECT count(DISTINCT "my-notes".title) FROM "my-notes"', ['title']],
    ['SELECT max(main."my-notes".title) FROM main."my-notes" WHERE id <> \'n; body\'', ['id', 'title']],
    ['WITH o AS (SELECT id FROM ${object}) SELECT max(id) FROM o', ['id']],
    ['SELECT max(body) FROM ${object} JOIN (SELECT max(id) AS id FROM ${object}) USING (id)', ['id', 'body']],
    ['SELECT (SELECT max(n) FROM ${object} p WHERE p.id = o.id) FROM ${object} o LIMIT 1', ['id', 'n']],
    ['SELECT max(title) FROM ${object}; ', ['title']],
    ['SELECT count(*) FROM range(10)', []],
    ["SELECT count(*) FILTER (title = 'body') FROM ${object} -- id", ['title']],
    ['SELECT count(*) FROM (SELECT DISTINCT * FROM ${object})', ALL],
    ['SELECT count(DISTINCT o) FROM ${object} o', ALL],
    ['SELECT count(DISTINCT o) FROM ${object} AS o', ALL],
    ['SELECT count(DISTINCT ${object}) FROM ${object}', ALL],
    ['SELECT count(*) FROM ${object} NATURAL JOIN (SELECT 1 AS n)', ALL],
    ['SELECT count(*) FROM (FROM ${object})', ALL],
    ['SELECT max(a) FROM ${object} AS o(a)', ALL],
    ["SELECT o['id'] FROM ${object} o", ALL],
    ['SELECT count(*) FROM ${object} PIVOT (sum(n) FOR title IN (1))', ALL],
    ['SELECT min(COLUMNS(c -> c = left(c, 2))) FROM ${object}', ALL],
  ])('%s', async (query, columns) => {
    expect(await analysed(query)).toEqual(columns);
  });

  it.each([
    ['SELECT count(${property}) FROM ${object}', '${property} is not a variable here'],
    ['SELECT ${nmae} FROM ${object}', '${nmae} is not a variable here'],
    ['DELETE FROM ${object}', 'The query is not one SELECT statement.'],
    ['-- nothing', 'The query is not one SELECT statement.'],
    ["SELECT 1; COPY ${object} TO 'stolen.csv'", 'The query is not one SELECT statement.'],
    ["SELECT '''' || ';' FROM ${object}; -- ;\nSELECT 1", 'The query is not one SELECT statement.'],
    ['SELECT 1) FROM (SELECT 1, 2', 'The query cannot be read: syntax error at or near ")".'],
    ['SELECT max(id) FROM my-notes', 'The query cannot be read: syntax error at or near "-".'],
    ['SELECT 1; -- done', 'The query cannot be used in brackets: syntax error at or near ";".'],
    ['SELECT count(*) FROM other JOIN ${object} USING (id)', 'The query reads other.'],
    ["SELECT count(*) FROM '/etc/passwd.csv'", 'The query reads /etc/passwd.csv.'],
    ['SELECT (SELECT max(n) FROM (SELECT n FROM duckdb_settings))', 'The query reads duckdb_settings.'],
  ])('refuses %s', async (query, fault) => {
    expect(await errorOf(analysed(query))).toMatchObject({
      code: 'CONTRACT_INVALID',
      faults: [
        {
          code: 'CONTRACT_FIELD_INVALID',
          message: fault,
          found: query,
          expected: 'one SELECT over ${object} that returns one value',
          where: { file: 'my-notes.yaml', field: 'schema[0].quality[0].query' },
        },
      ],
    });
  });

  it('are reported with all other faults of the contract, in their order', async () => {
    const rule = (query: string) => `{type: sql, query: "${query}", mustBe: 0}`;
    const text = withRules('notes', {
      id: rule('SELECT max(${column}'),
      table: `${rule('DROP TABLE x')}, {type: sql, query: "SELECT 1; SELECT 2", mustBe: 0, mustNotBe: 1}`,
      sla: '{property: freshness, value: much, element: day}',
    });
    const { faults } = await errorOf(readContractWithEngine(text, 'notes.yaml', analyse));
    expect((faults as Problem[]).map(({ where }) => where?.field)).toEqual([
      'schema[0].properties[0].quality[0].query',
      'schema[0].quality[1]',
      'schema[0].quality[0].query',
      'schema[0].quality[1].query',
      'slaProperties[0].value',
    ]);
  });

  it('are written by the transform beside a part, with keys and the columns of other rules', async () => {
    const { contract } = await readContractWithEngine(
      withRules('notes', {
        body: '{metric: nullValues, mustBe: 0}',
        title: '{metric: duplicateValues, mustBe: 0}',
        sla: '{property: freshness, value: 1, element: day}',
        table: '{type: sql, query: "SELECT sum(n) FROM ${object}", mustBe: 0}',
      }),
      'notes.yaml',
      analyse,
    );
    expect(gateColumns(contract)).toEqual(['id', 'title', 'n', 'day']);
  });
});
