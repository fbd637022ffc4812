import { readContractText } from '../../lakehouse/contractVersions';
import type { RunKey } from '../../runs/runKey';
import { keepContract } from '../../staging/runContract';
import { defineStep } from '../step';

/** `replayOf`: run id of the execution that this one replays. */
type EnsureInput = RunKey & { replayOf: string | null; startedBy?: string | null; contractHash?: string };

/** Creates what is missing: the run record, containers, the collection. The first use of the database creates the schema. A chosen earlier contract becomes the contract of the run. */
export const ensureRunStep = defineStep({
  prepare: ({ runs }, { replayOf, startedBy, contractHash: _, ...key }: EnsureInput) =>
    runs.begin(key, { replayOf, startedBy }),
  work: async ({ contracts, lakehouse, vectors }, { contractHash, ...key }: EnsureInput, log) => {
    const { dataset, date } = key;
    if (contractHash === undefined) await contracts.get(dataset);
    const containers = Object.values<string>({ ...lakehouse.containers });
    const isNew = await Promise.all(containers.map((container) => lakehouse.store.ensureContainer(container)));
    if (contractHash !== undefined) {
      const contract = await contracts.read(dataset, await readContractText(lakehouse, dataset, contractHash));
      const { hash, text } = contract.origin ?? { hash: contractHash, text: '' };
      await keepContract(lakehouse, key, { ...contract, origin: { hash, text, isEarlier: true } });
    }
    await vectors.ensure();
    const created = containers.filter((_, index) => isNew[index]);
    if (created.length > 0) {
      // The first run of an account creates them all. Later, somebody has deleted them, and a run restores only its own date.
      log.warn(
        `ensureRun ${dataset} ${date}: created the missing containers ${created.join(', ')}; ` +
          'if they were deleted, run each date again whose data was in them',
      );
    }
    return { created };
  },
  progress: { step: 'ensure' },
});
