import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** Creates what is missing: containers, collection (the schema comes with the database's first use). */
registerStep('ensureRun', async (app, { replayOf, ...key }) => {
  await app.runs.begin(key, replayOf);
  return recordPart(app.runs, key, { step: 'ensure', part: 0 }, async () => {
    await app.contracts.get(key.dataset);
    const containers = Object.values(app.config.lake.containers);
    const isNew = await Promise.all(containers.map((container) => app.lakehouse.store.ensureContainer(container)));
    await app.vectors.ensure();
    return { created: containers.filter((_, index) => isNew[index]) };
  });
});
