import type { Answer, Citation } from '../../lib/answering/answer';
import { describeProblem } from '../../lib/problems/describeProblem';
import type { Problem } from '../../lib/problems/problem';
import type { Run } from '../../lib/runs/run';

/** The JSON that `npm start -- --json` prints as its last line, on success and on failure. */
export interface StartReport {
  dataset: string;
  date: string;
  /** Null when no run was started; `status` is then null too. */
  instanceId: string | null;
  status: Run['status'] | null;
  rows: NonNullable<Run['rows']> | null;
  chunks: NonNullable<Run['chunks']> | null;
  rejected: number;
  /** `total` from the start of the command to the answer; `platform`, `ask`, and each step of the run. */
  seconds: Record<string, number> & { total: number };
  question: string;
  answer: string | null;
  citations: Pick<Citation, 'docId' | 'title' | 'author' | 'date' | 'quote'>[];
  /** The reason why there is no answer. */
  error: Problem | null;
  urls: Record<string, string>;
}

export interface Report {
  json: StartReport;
  /** The answer as a terminal shows it. */
  shownAnswer: string;
  /** The report as text for the terminal. */
  text(): string;
}

/** A report at the start of a command, without results. */
export function emptyReport(given: Pick<StartReport, 'dataset' | 'date' | 'question'>): Report {
  const json: StartReport = {
    ...given,
    instanceId: null,
    status: null,
    rows: null,
    chunks: null,
    rejected: 0,
    seconds: { total: 0 },
    answer: null,
    citations: [],
    error: null,
    urls: {},
  };
  const report: Report = { json, shownAnswer: '', text: () => describe(json, report.shownAnswer) };
  return report;
}

/** Adds the current progress of the run. */
export function reportRun({ json }: Report, run: Run): void {
  const { dataset, date, id: instanceId, status, rows, chunks, rejected, error } = run;
  Object.assign(json, { dataset, date, instanceId, status, rows, chunks, rejected, error });
  Object.assign(json.seconds, Object.fromEntries(run.steps.map(({ name, seconds }) => [name, seconds])));
}

/** Adds the answer to the report. */
export function reportAnswer(report: Report, answer: Answer, seconds: number): void {
  const { json } = report;
  report.shownAnswer = onlyOwnBrackets(answer);
  json.answer = answer.answer;
  json.citations = answer.citations.map(({ docId, title, author, date, quote }) => ({
    docId,
    title,
    author,
    date,
    quote,
  }));
  json.seconds.ask = Math.round(seconds * 100) / 100;
}

export function reportFailure(run: Run): string {
  return `\nThe run ${run.id} ended as ${run.status}.\n${run.error ? `  ${describeProblem(run.error)}` : ''}`;
}

function describe({ rows, chunks, rejected, question, citations, urls }: StartReport, shownAnswer: string): string {
  const lines = [
    '',
    `Rows     source ${rows?.source}, rejected ${rejected}, lake ${rows?.lake}, sql ${rows?.sql}, vectors ${rows?.vectors}`,
    `Chunks   embedded ${chunks?.embedded}, reused ${chunks?.reused}, deleted ${chunks?.deleted}`,
    '',
    `Question ${question}`,
    '',
    collapse(shownAnswer),
    '',
    ...citations.map(
      ({ title, author, date, docId }, index) =>
        `  [${index + 1}] ${collapse(title)}, ${collapse(author ?? 'unknown')}, ${date ?? 'undated'} (${collapse(docId)})`,
    ),
    '',
    ...Object.entries(urls).map(([name, url]) => `  ${name.padEnd(10)} ${url}`),
  ];
  return lines.join('\n');
}

/** In a terminal all brackets look alike, so those that are not markers become round. */
function onlyOwnBrackets({ answer, marks }: Answer): string {
  const starts = new Set(marks.map(({ start }) => start));
  return answer.replace(/\[([\d\s,;]+)\]/g, (found, numbers: string, start: number) =>
    starts.has(start) ? found : `(${numbers})`,
  );
}

/** On one line: a title with line ends must not look like lines of this report. */
function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
