import type { DataContract } from '../contract/contract';
import { readSnapshot } from '../delta/deltaLog';
import { rolesOfTable } from '../delta/tableRoles';
import { filesOfPartition } from '../delta/tableSnapshot';
import { contractOfPartition, keptVersions, readContractText } from '../lakehouse/contractVersions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { PipelineError } from '../problems/problem';

/** The contract as it is now. */
const CURRENT = 'current';
/** The contract that the partition was read with. */
const OF_PARTITION = 'partition';

type Contracts = Pick<Lakehouse, 'contracts' | 'store' | 'containers' | 'temporaryDirectory' | 'duckDb'>;

/**
 * The hash of the contract that a run should use; undefined for the current one. `choice`: `current`, `partition`, a version
 * as in the contract (`1.2.0`), or a hash. DATASET_UNKNOWN (404); CONTRACT_INVALID (422), also for a chosen text that is not
 * valid any more; CONTRACT_VERSION_UNKNOWN (404); CONTRACT_VERSION_AMBIGUOUS (409) when several texts have the version;
 * CONTRACT_VERSION_ACCESS_DIFFERS (409) when the chosen one takes the groups of readers from another column.
 */
export async function chooseContract(
  lakehouse: Contracts,
  partition: { dataset: string; date: string },
  choice: string = CURRENT,
): Promise<string | undefined> {
  const { contracts } = lakehouse;
  const { dataset } = partition;
  if (choice === CURRENT) {
    await contracts.get(dataset);
    return undefined;
  }
  // Names an unknown dataset.
  if (!(await contracts.names()).includes(dataset)) await contracts.get(dataset);
  // A current contract with faults has no version; earlier ones can still be chosen.
  const current = await contracts.get(dataset).catch(() => undefined);
  const hash = await hashOf(lakehouse, partition, choice, current);
  if (hash === current?.origin?.hash) return undefined;
  await requireSameAccess(lakehouse, dataset, hash, current);
  return hash;
}

async function hashOf(
  lakehouse: Contracts,
  { dataset, date }: { dataset: string; date: string },
  choice: string,
  current: DataContract | undefined,
): Promise<string> {
  if (choice === OF_PARTITION) {
    const snapshot = await readSnapshot(lakehouse, dataset);
    const known = snapshot && contractOfPartition(filesOfPartition(snapshot, date));
    if (known === undefined) throw unknown(`${dataset} ${date}`, 'a partition that names its contract');
    return known.hash;
  }
  const kept = await keptVersions(lakehouse, dataset);
  const hashes = kept.map(({ hash }) => hash);
  if (hashes.includes(choice)) return choice;
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
  return first.hash;
}

/**
 * An earlier contract must not bring back groups that the owner has taken away since. Where the current one does not limit
 * access, an earlier one that does only hides documents. When the current one can't be read, the table says what its last
 * commit had.
 */
async function requireSameAccess(
  lakehouse: Contracts,
  dataset: string,
  hash: string,
  current: DataContract | undefined,
): Promise<void> {
  const earlier = await lakehouse.contracts.read(dataset, await readContractText(lakehouse, dataset, hash));
  const wanted = current === undefined ? await accessOfTable(lakehouse, dataset) : accessOf(current);
  const found = accessOf(earlier);
  if (wanted === undefined) return;
  if (found?.column === wanted.column && (wanted.header === undefined || found.header === wanted.header)) return;
  throw new PipelineError(
    'CONTRACT_VERSION_ACCESS_DIFFERS',
    'The chosen version of the contract limits access in another way than the current one.',
    {
      found: `${accessText(found)} in version ${earlier.version}`,
      expected: `${accessText(wanted)}, as in the current contract`,
      where: { field: 'contractVersion' },
      remedy:
        'Run the date with the current contract: an earlier one would let groups read the documents that may not read them now. Where the files of the date need it, change the current contract.',
    },
  );
}

/** The column with the role `access`, and its name in the files where it is known. */
interface AccessColumn {
  column: string;
  header?: string;
}

function accessOf({ columns, roles: { access } }: DataContract): AccessColumn | undefined {
  if (access === undefined) return undefined;
  return { column: access, header: columns.find(({ name }) => name === access)?.header ?? access };
}

async function accessOfTable(lakehouse: Contracts, dataset: string): Promise<AccessColumn | undefined> {
  const snapshot = await readSnapshot(lakehouse, dataset);
  const column = snapshot && rolesOfTable(snapshot.metaData.configuration)?.access;
  return column === undefined ? undefined : { column };
}

function accessText(access: AccessColumn | undefined): string {
  if (access === undefined) return 'no column with the role access';
  const { column, header = column } = access;
  return `groups from the column ${column}${header === column ? '' : ` (${header} in the files)`}`;
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
