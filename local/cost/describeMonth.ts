import { markdownTable } from '../docs/markdownTable';
import { CATEGORIES, round, type Line, type Month } from './month';
import type { MeasuredRun, Rates, StepUsed } from './rates';

/** The bill as lines of a terminal. */
export function describeMonth(month: Month): string[] {
  const { volume, environment, currency } = month;
  const rows = month.lines.map((line) => [line.category, line.what, ...cellsOf(line)]);
  return [
    `A month of ${round(volume.gigabytesPerDay)} GB a day, sizes of ${environment}, in ${currency}:`,
    '',
    ...aligned([['', 'What', 'Quantity', 'Unit', 'Price', 'Money'], ...rows]),
    '',
    ...CATEGORIES.map((category) => `  ${category.padEnd(10)}${moneyText(month.totals[category]).padStart(14)}`),
    `  ${'total'.padEnd(10)}${moneyText(month.total).padStart(14)}${month.unpriced.length > 0 ? '  and what has no price' : ''}`,
    '',
    ...month.facts,
    `By the clock of the measurement, compute would be ${moneyText(month.computeByTheClock)}: the most.`,
    ...(month.unpriced.length > 0
      ? ['', 'No price is known for (set PRICES to add one):', ...month.unpriced.map((what) => `  - ${what}`)]
      : []),
    '',
    'Assumed, not measured:',
    ...month.assumptions.map((text) => `  - ${text}`),
    'Not counted:',
    ...month.notCounted.map((text) => `  - ${text}`),
  ];
}

/** The bill as a table of a page. */
export function monthTable(month: Month): string {
  const rows = month.lines.map((line) => [line.category, line.what, ...cellsOf(line)]);
  const least = month.unpriced.length > 0 ? ' and what has no price' : '';
  return markdownTable(
    ['', 'What', 'Quantity', 'Unit', 'Price', 'Money'],
    [...rows, ['**total**', '', '', '', '', `**${moneyText(month.total)}**${least}`]],
  );
}

function cellsOf({ quantity, unit, price, money }: Line): string[] {
  return [round(quantity), unit, price === null ? 'no price' : String(price), money === null ? '' : moneyText(money)];
}

export function moneyText(money: number): string {
  return money.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column === 2 || column >= 4;
  return rows.map((row) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const GIGABYTE = 1e9;

/** What was measured, for each GB of source files. */
export function rateTable({ runs, tokensPerChunk, answer, machine, measuredAt }: Rates): string {
  const per = (run: MeasuredRun, value: number): string => round((value * GIGABYTE) / run.sourceBytes);
  const sum = (run: MeasuredRun, steps: readonly string[], of: (step: StepUsed) => number): number =>
    run.steps.filter(({ step }) => steps.includes(step)).reduce((total, step) => total + of(step), 0);
  const all = (run: MeasuredRun): string[] => run.steps.map(({ step }) => step);
  const rows: [string, (run: MeasuredRun) => string][] = [
    ['measured file, MB', (run) => round(run.sourceBytes / 1e6)],
    ...GROUPS.flatMap(([name, steps]): [string, (run: MeasuredRun) => string][] => [
      [
        `${name}: processor seconds`,
        (run) =>
          per(
            run,
            sum(run, steps, (step) => step.processorSeconds),
          ),
      ],
      [
        `${name}: seconds by the clock`,
        (run) =>
          per(
            run,
            sum(run, steps, (step) => step.activeSeconds),
          ),
      ],
    ]),
    [
      'requests that read',
      (run) =>
        per(
          run,
          sum(run, all(run), (step) => step.storageReads),
        ),
    ],
    [
      'requests that write or list',
      (run) =>
        per(
          run,
          sum(run, all(run), (step) => step.storageWrites + step.storageLists),
        ),
    ],
    [
      'statements of PostgreSQL',
      (run) =>
        per(
          run,
          sum(run, all(run), (step) => step.sqlStatements),
        ),
    ],
    [
      'calls of the vector index',
      (run) =>
        per(
          run,
          sum(run, all(run), (step) => step.vectorOperations),
        ),
    ],
    ['rows', (run) => per(run, run.rows)],
    ['chunks', (run) => per(run, run.chunks)],
    ['Parquet, share of the bytes', (run) => `${round((100 * run.parquetBytes) / run.sourceBytes)} %`],
    ['bytes of a row in PostgreSQL', (run) => round(run.databaseBytesPerRow)],
    [
      'tokens of a chunk for a hosted model',
      (run) => (tokensPerChunk[run.dataset] ? round(tokensPerChunk[run.dataset]?.tokens ?? 0) : ''),
    ],
  ];
  const names = runs.map(({ dataset, embedding }) => `${DATASETS[dataset] ?? dataset}, ${EMBEDDINGS[embedding]}`);
  const table = markdownTable(
    ['For each GB of source files', ...names],
    rows.map(([name, of]) => [name, ...runs.map(of)]),
  );
  const { processor, cores, memoryGigabytes, node, load, activitiesSideBySide } = machine;
  const about = `Measured on ${measuredAt}: ${processor}, ${cores} cores, ${memoryGigabytes} GB, Node.js ${node}, ${activitiesSideBySide} activities side by side; ${load.join(' to ')} processes wanted the cores, those of other work among them.`;
  const asked = answer
    ? ` An answer took ${answer.activeSeconds} s, and its prompt had ${round(answer.promptTokens)} tokens (${answer.promptEncoding}; mean of ${answer.questions} questions).`
    : '';
  return `${table}\n\n${about}${asked}`;
}

const GROUPS: [string, readonly string[]][] = [
  ['plan and scan', ['planRun', 'convertFile', 'continuePlan', 'scanBlock', 'foldScan']],
  ['transform', ['transformRange', 'findRepeatedKeys', 'dropRepeatedKeys']],
  ['load', ['loadDocuments', 'removeStaleDocuments']],
  ['embed', ['embedDocuments', 'removeStaleVectors']],
  [
    'the rest',
    [
      'ensureRun',
      'extractSource',
      'evaluateRun',
      'resolveGate',
      'commitRun',
      'reconcileRun',
      'discardRun',
      'concludeRun',
    ],
  ],
];
const DATASETS: Record<string, string> = { documents: 'long texts', narrow: 'short rows' };
const EMBEDDINGS: Record<MeasuredRun['embedding'], string> = {
  local: 'encoder in the app',
  hosted: 'hosted model',
  none: 'a model that answers at once',
};
