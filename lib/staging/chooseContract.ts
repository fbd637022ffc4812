import type { DataContract } from '../contract/contract';
import { readSnapshot } from '../delta/deltaLog';
import { filesOfPartition } from '../delta/tableSnapshot';
import { contractOfPartition, keptVersions } from '../lakehouse/contractVersions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { PipelineError } from '../problems/problem';

/** The contract as it is now. */
const CURRENT = 'current';
/** The contract that the partition was read with. */
const OF_PARTITION = 'partition';

/**
 * The hash of the contract that a run should use; undefined for the current one. `choice`: `current`, `partition`, a version
 * as in the contract (`1.2.0`), or a hash. DATASET_UNKNOWN (404), CONTRACT_INVALID (422) for the current contract;
 * CONTRACT_VERSION_UNKNOWN (404); CONTRACT_VERSION_AMBIGUOUS (409) when several texts have the version.
 */
export async function chooseContract(
  lakehouse: Pick<Lakehouse, 'contracts' | 'store' | 'containers' | 'temporaryDirectory' | 'duckDb'>,
  { dataset, date }: { dataset: string; date: string },
  choice: string = CURRENT,
): Promise<string | undefined> {
  const { contracts } = lakehouse;
  if (choice === CURRENT) {
    await contracts.get(dataset);
    return undefined;
  }
  // Names an unknown dataset.
  if (!(await contracts.names()).includes(dataset)) await contracts.get(dataset);
  // A current contract with faults has no version; earlier ones can still be chosen.
  const current = await contracts.get(dataset).catch(() => undefined);
  const unlessCurrent = (hash: string) => (hash === current?.origin?.hash ? undefined : hash);
  if (choice === OF_PARTITION) {
    const snapshot = await readSnapshot(lakehouse, dataset);
    const known = snapshot && contractOfPartition(filesOfPartition(snapshot, date));
    if (known === undefined) throw unknown(`${dataset} ${date}`, 'a partition that names its contract');
    return unlessCurrent(known.hash);
  }
  const kept = await keptVersions(lakehouse, dataset);
  const hashes = kept.map(({ hash }) => hash);
  if (hashes.includes(choice)) return unlessCurrent(choice);
  const versions = [...kept, ...currentVersion(current, hashes)];
  const chosen = versions.filter(({ version }) => version === choice);
  const [first] = chosen;
  if (first === undefined) throw unknown(choice, versions.map(({ version }) => version).join(', '));
  if (chosen.length > 1) {
    throw new PipelineError('CONTRACT_VERSION_AMBIGUOUS', 'Several texts of the contract have this version.', {
      found: choice,
      expected: `one of the hashes ${chosen.map(({ hash }) => hash).join(', ')}`,
      where: { field: 'contractVersion' },
      remedy: 'Send the hash. The version in a contract should change with its text.',
    });
  }
  return unlessCurrent(first.hash);
}

function currentVersion(current: DataContract | undefined, kept: string[]): { hash: string; version: string }[] {
  const hash = current?.origin?.hash;
  return current === undefined || hash === undefined || kept.includes(hash) ? [] : [{ hash, version: current.version }];
}

function unknown(found: string, expected: string): PipelineError {
  return new PipelineError('CONTRACT_VERSION_UNKNOWN', 'No partition was read with such a contract.', {
    found,
    expected: expected === '' ? `${CURRENT}: no other version is known` : expected,
    where: { field: 'contractVersion' },
    remedy: 'Choose a known version, or run the date with the current contract.',
  });
}
