import { recordPart } from '../../lib/runs/recordPart';
import { registerStep } from './registerStep';

/** Creates what is missing: containers, collection (the schema comes with the database's first use). */
registerStep('ensureRun', async (app, { replayOf, ...key }, context) => {
  await app.runs.begin(key, replayOf);
  return recordPart(app.runs, key, { step: 'ensure', part: 0 }, async () => {
    await app.contracts.get(key.dataset);
    const containers = Object.values(app.config.lake.containers);
    const isNew = await Promise.all(containers.map((container) => app.lakehouse.store.ensureContainer(container)));
    await app.vectors.ensure();
    const created = containers.filter((_, index) => isNew[index]);
    if (created.length > 0) {
      // The first run of an account makes them all. Later it means that somebody deleted them, and one run brings one date.
      context.warn(
        `ensureRun ${key.dataset} ${key.date}: made the missing containers ${created.join(', ')}; ` +
          'if they were deleted, run each date again whose data was in them',
      );
    }
    return { created };
  });
});
