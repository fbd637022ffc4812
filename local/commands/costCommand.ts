import path from 'node:path';
import { createObjectStore } from '../../lib/app';
import { readConfig } from '../../lib/config/readConfig';
import { costSettings } from '../../lib/config/settings/cost';
import { createPostgres } from '../../lib/database/postgres';
import { postgresConnection } from '../../lib/postgresConnection';
import { withOwnPrices } from '../../lib/prices/ownPrices';
import { COST_USAGE, readCostCall } from '../cost/costCall';
import { readDeployment } from '../cost/deployment';
import { describeMonth } from '../cost/describeMonth';
import { measureRun } from '../cost/measureRun';
import { billOf } from '../cost/month';
import { projectFolder } from '../cost/projectFolder';
import { RATES_FILE, readRates, type Rates } from '../cost/rates';
import { thisMachine } from '../cost/thisMachine';
import { pipelineApi } from '../pipelineApi';
import { findLayout } from '../platform/layout';
import { userSettings } from '../platform/services';
import { readState } from '../platform/stateFile';
import { complain, print } from '../terminal/print';

/** Where the command writes. */
interface CommandOutput {
  say(line: string): void;
  complain(line: string): void;
}

/** Prints the bill of a month. Exit code 2 on wrong usage, 1 when the prices are not valid; throws when rates cannot be read. */
export async function runCostCommand(
  args: string[],
  out: CommandOutput,
  settings: { PRICES?: string } = userSettings(findLayout()),
): Promise<number> {
  const call = readCostCall(args);
  if ('wrong' in call) {
    out.complain(`${call.wrong}\nUsage: ${COST_USAGE}`);
    return 2;
  }
  const prices = costSettings.PRICES.schema.safeParse(settings.PRICES);
  if (!prices.success) {
    const why = prices.error.issues.map(({ message }) => message).join('; ');
    out.complain(`SETTING_INVALID: PRICES is not valid (expected ${why})`);
    return 1;
  }
  const project = projectFolder();
  const deployment = readDeployment(project, call.environment);
  const rates = call.runId
    ? await ratesOfRun(call.runId, deployment.activitiesSideBySide)
    : readRates(path.resolve(call.ratesFile ?? path.join(project, RATES_FILE)));
  const month = billOf(rates, withOwnPrices(prices.data), { ...deployment, ...call.chosen }, call.volume);
  const { measuredAt, machine } = rates;
  if (call.isJson) {
    out.say(JSON.stringify({ ...month, rates: { measuredAt, machine } }));
    return 0;
  }
  describeMonth(month).forEach((line) => out.say(line));
  out.say(
    `\nRates measured on ${measuredAt}: ${machine.processor}, ${machine.cores} cores, Node.js ${machine.node}, load ${machine.load.join(' to ')}.`,
  );
  return 0;
}

/** Measures a completed run of the running platform. */
async function ratesOfRun(id: string, activitiesSideBySide: number): Promise<Rates> {
  const layout = findLayout();
  const running = readState(layout.stateFile);
  if (running?.urls.api === undefined) throw new Error('The platform is not running. Start it with `npm start`.');
  const config = readConfig({ ...running.settings, ...userSettings(layout) });
  const run = await pipelineApi(running.urls.api, running.settings.LOCAL_TOKEN ?? '').runDetail(id);
  const database = createPostgres(postgresConnection(config.postgres), { connections: 1 });
  try {
    const measured = await measureRun(run, config.embedding.provider === 'local' ? 'local' : 'hosted', {
      store: createObjectStore(config),
      containers: config.lake.containers,
      database,
    });
    return {
      measuredAt: (run.finishedAt ?? '').slice(0, 10),
      machine: thisMachine(activitiesSideBySide),
      runs: [measured],
      tokensPerChunk: {},
    };
  } finally {
    await database.close();
  }
}

if (require.main === module) {
  runCostCommand(process.argv.slice(2), { say: (line) => print(line), complain: (line) => complain(line) }).then(
    (code) => process.exit(code),
    (error: unknown) => {
      complain(error instanceof Error ? error.message : String(error));
      process.exit(1);
    },
  );
}
