import { parseArgs } from 'node:util';
import { pipelineApi } from '../pipelineApi';
import { findLayout } from '../platform/layout';
import { readState } from '../platform/stateFile';
import { complain, print } from '../terminal/print';

const USAGE = 'npm run cancel -- ingest-<dataset>-<yyyy-mm-dd> --reason "..."';

/** Asks a run of the running platform to end. Exit code 1 when the API refuses, 2 on wrong usage. */
async function main(): Promise<number> {
  const { id, reason } = readCall();
  const running = readState(findLayout().stateFile);
  if (id === undefined || reason === undefined) {
    complain(`Usage: ${USAGE}`);
    return 2;
  }
  if (running?.urls.api === undefined) {
    complain('The platform is not running: there is no run to cancel. Start it with `npm start`.');
    return 1;
  }
  const api = pipelineApi(running.urls.api, running.settings.LOCAL_TOKEN ?? '');
  const { cancelledBy, reason: counted } = await api.cancelRun(id, reason);
  print(`${id} is ending: cancelled by ${cancelledBy} (${counted}). See ${running.urls.api}/runs/${id}`);
  return 0;
}

function readCall(): { id?: string; reason?: string } {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { reason: { type: 'string' } } });
    return positionals.length === 1 ? { id: positionals[0], reason: values.reason } : {};
  } catch {
    return {};
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
