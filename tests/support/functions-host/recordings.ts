import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Action } from '../../../packages/functions-host/durable/episodes/actions';
import type { HistoryEvent } from '../../../packages/functions-host/durable/episodes/historyEvents';
import { compileHost } from './compiledHost';
import { runOrchestration } from './durableHttp';
import { startHostProcess } from './hostProcess';

const folder = path.join(__dirname, 'fixtures/recordings');

/** One replay: the input and the result of durable-functions. */
export interface Replay {
  history: HistoryEvent[];
  actions: Action[];
  isDone: boolean;
  hasFailed: boolean;
  /** How many task ids the SDK had handed out. */
  sdkCount: number;
}

/** All replays of one recorded orchestration, first to last. */
export function readRecording(name: string): Replay[] {
  return JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Replay[];
}

/** Runs the orchestrations again with the real libraries and writes new recordings. */
export async function recordAgain(inputs: Record<string, unknown>): Promise<void> {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'functions-host-record-'));
  const compiled = compileHost();
  const environment = { DEMO_RECORD: temporary };
  const host = await startHostProcess({ main: compiled.main, dataFolder: path.join(temporary, 'data'), environment });
  try {
    fs.mkdirSync(folder, { recursive: true });
    for (const [name, input] of Object.entries(inputs)) {
      const { instanceId } = await runOrchestration(host.origin, name, input);
      const lines = fs
        .readFileSync(path.join(temporary, `${name}.${instanceId}.jsonl`), 'utf8')
        .trim()
        .split('\n');
      fs.writeFileSync(path.join(folder, `${name}.json`), `[\n${lines.join(',\n')}\n]\n`);
    }
  } finally {
    await host.stop();
    compiled.remove();
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
