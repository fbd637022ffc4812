import type { Answer, Citation } from '../../lib/answering/answer';
import { describeProblem, type Problem } from '../../lib/errors';
import type { Run } from '../../lib/runs/run';

/** What `npm start -- --json` prints as its last line. */
export interface StartReport {
  dataset: string;
  date: string;
  instanceId: string;
  status: Run['status'];
  rows: NonNullable<Run['rows']> | null;
  chunks: NonNullable<Run['chunks']> | null;
  rejected: number;
  /** `total` from the start of the command to the answer; `platform`, `ask`, and each step of the run. */
  seconds: Record<string, number> & { total: number };
  question: string;
  answer: string | null;
  citations: Pick<Citation, 'docId' | 'title' | 'author' | 'date' | 'quote'>[];
  error: Problem | null;
  urls: Record<string, string>;
}

export interface Report {
  json: StartReport;
  /** For the terminal. */
  text(): string;
}

export function startReport(run: Run, question: string, platform: { urls: Record<string, string> }): Report {
  const steps = run.steps.map(({ name, seconds }) => [name, seconds] as const);
  const json: StartReport = {
    dataset: run.dataset,
    date: run.date,
    instanceId: run.id,
    status: run.status,
    rows: run.rows,
    chunks: run.chunks,
    rejected: run.rejected,
    seconds: { total: 0, ...Object.fromEntries(steps) },
    question,
    answer: null,
    citations: [],
    error: run.error,
    urls: platform.urls,
  };
  return { json, text: () => describe(json) };
}

/** Adds the answer to the report. */
export function reportAnswer({ json }: Report, answer: Answer, seconds: number): void {
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

function describe({ rows, chunks, rejected, question, answer, citations, urls }: StartReport): string {
  const lines = [
    '',
    `Rows     source ${rows?.source}, rejected ${rejected}, lake ${rows?.lake}, sql ${rows?.sql}, vectors ${rows?.vectors}`,
    `Chunks   embedded ${chunks?.embedded}, reused ${chunks?.reused}, deleted ${chunks?.deleted}`,
    '',
    `Question ${question}`,
    '',
    collapse(answer ?? ''),
    '',
    ...citations.map(
      ({ title, author, date, docId }, index) =>
        `  [${index + 1}] ${title}, ${author ?? 'unknown'}, ${date ?? 'undated'} (${docId})`,
    ),
    '',
    ...Object.entries(urls).map(([name, url]) => `  ${name.padEnd(10)} ${url}`),
  ];
  return lines.join('\n');
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
