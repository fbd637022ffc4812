import fs from 'node:fs';
import path from 'node:path';
import type { HistoryEvent } from '../../../../packages/functions-host/durable/episodes/historyEvents';

/** The whole history of one orchestration, in the format of the out-of-process contract. */
export interface KeptHistory {
  /** Of the orchestrator. */
  name: string;
  id: string;
  input: unknown;
  events: HistoryEvent[];
  status: 'Completed' | 'Failed';
  /** JSON text: the result, or the message of the failure. */
  output: string;
}

/** One run: its orchestration and then its sub-orchestrations. */
export interface KeptRun {
  version: string;
  scenario: string;
  histories: KeptHistory[];
}

const FOLDER = path.join(__dirname, '../../../fixtures/histories');

/** The kept runs of all versions. */
export function readKeptRuns(): KeptRun[] {
  return fs
    .readdirSync(FOLDER)
    .flatMap((version) =>
      fs
        .readdirSync(path.join(FOLDER, version))
        .map((file) => JSON.parse(fs.readFileSync(path.join(FOLDER, version, file), 'utf8')) as KeptRun),
    );
}

/** Writes one event a line. Throws when the version has this scenario already: what a release recorded never changes. */
export function keepRun(run: KeptRun): void {
  const folder = path.join(FOLDER, run.version);
  fs.mkdirSync(folder, { recursive: true });
  const histories = run.histories.map(({ events, ...rest }) => {
    const lines = events.map((event) => JSON.stringify(event)).join(',\n');
    return `${JSON.stringify(rest).slice(0, -1)},"events":[\n${lines}\n]}`;
  });
  const { version, scenario } = run;
  const text = `${JSON.stringify({ version, scenario }).slice(0, -1)},"histories":[\n${histories.join(',\n')}\n]}\n`;
  fs.writeFileSync(path.join(folder, `${scenario}.json`), text, { flag: 'wx' });
}
