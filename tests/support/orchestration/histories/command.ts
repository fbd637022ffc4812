import { keepRun } from './history';
import { recordHistories } from './recordHistories';
import { SCENARIOS } from './scenarios';

/** Longer histories are left out: they repeat the shorter ones. */
const MOST_EVENTS = 150;

/** npm run histories -- record <version>. Keeps the histories of the present orchestrators under the version's name. */
async function main([action, version]: string[]): Promise<void> {
  if (action !== 'record' || version === undefined || !/^[0-9A-Za-z.-]+$/.test(version)) {
    throw new Error('Usage: npm run histories -- record <version>, where the version is like 0.1.0');
  }
  for (const [scenario, prepare] of Object.entries(SCENARIOS)) {
    const all = await recordHistories(prepare());
    const histories = all.filter(({ events }) => events.length <= MOST_EVENTS);
    keepRun({ version, scenario, histories });
    console.log(`${version}/${scenario}: ${histories.length} of ${all.length} histories kept`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
