import { compareContracts, type ContractChanges } from '../contract/compareContracts';
import type { DataContract } from '../contract/contract';
import { readSnapshot } from '../delta/deltaLog';
import type { AddFile } from '../delta/deltaActions';
import type { TableSnapshot } from '../delta/tableSnapshot';
import { contractOfPartition, keptVersions } from '../lakehouse/contractVersions';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { PipelineError } from '../problems/problem';

/** One text of a dataset's contract. */
export interface ListedContractVersion {
  version: string;
  /** SHA-256 of the text, hexadecimal. */
  hash: string;
  /** It is the contract as it is now. */
  isCurrent: boolean;
  /** When a run first committed with it, ISO 8601; null for a current contract with which no run has committed. */
  firstUsedAt: string | null;
  /** The partitions whose rows were last read with it. */
  partitions: { count: number; first: string | null; last: string | null };
  /** Compared with the version used before it. Null for the first one, and when one of both is not valid any more. */
  changes: ContractChanges | null;
}

/**
 * The versions of a dataset's contract that the lake knows, and the current one; the latest first. A current contract with
 * faults is not among them. Errors: DATASET_NAME_INVALID (400), DATASET_UNKNOWN (404), LAKE_*.
 */
export async function listContractVersions(
  lakehouse: Pick<Lakehouse, 'contracts' | 'store' | 'containers' | 'temporaryDirectory' | 'duckDb'>,
  dataset: string,
): Promise<ListedContractVersion[]> {
  const { contracts } = lakehouse;
  // Names an unknown dataset.
  if (!(await contracts.names()).includes(dataset)) await contracts.get(dataset);
  const [current, kept, snapshot] = await Promise.all([
    validOrUndefined(contracts.get(dataset)),
    keptVersions(lakehouse, dataset),
    readSnapshot(lakehouse, dataset),
  ]);
  const texts: { hash: string; version: string; text?: string; keptAt: Date | null }[] = [...kept].sort(
    (one, other) => one.keptAt.getTime() - other.keptAt.getTime(),
  );
  const origin = current?.origin;
  if (current && origin && !kept.some(({ hash }) => hash === origin.hash)) {
    texts.push({ hash: origin.hash, version: current.version, keptAt: null });
  }
  const read = await Promise.all(
    texts.map(({ text }) =>
      text === undefined ? Promise.resolve(current) : validOrUndefined(contracts.read(dataset, text)),
    ),
  );
  const dates = datesByContract(snapshot);
  return texts
    .map(({ hash, version, keptAt }, index) => {
      const [before, contract] = [read[index - 1], read[index]];
      const own = (dates.get(hash) ?? []).sort();
      return {
        version,
        hash,
        isCurrent: hash === origin?.hash,
        firstUsedAt: keptAt?.toISOString() ?? null,
        partitions: { count: own.length, first: own[0] ?? null, last: own.at(-1) ?? null },
        changes: before && contract ? compareContracts(before, contract) : null,
      };
    })
    .reverse();
}

async function validOrUndefined(contract: Promise<DataContract>): Promise<DataContract | undefined> {
  try {
    return await contract;
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'CONTRACT_INVALID') return undefined;
    throw error;
  }
}

/** The dates of the table's partitions, by the hash of the contract that their rows were read with. */
function datesByContract(snapshot: TableSnapshot | undefined): Map<string, string[]> {
  const files = new Map<string, AddFile[]>();
  for (const file of snapshot?.files.values() ?? []) {
    const date = file.partitionValues['ingest_date'];
    if (typeof date === 'string') files.set(date, [...(files.get(date) ?? []), file]);
  }
  const dates = new Map<string, string[]>();
  for (const [date, partition] of files) {
    const hash = contractOfPartition(partition)?.hash;
    if (hash !== undefined) dates.set(hash, [...(dates.get(hash) ?? []), date]);
  }
  return dates;
}
