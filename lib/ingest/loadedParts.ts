import { readSnapshot } from '../delta/deltaLog';
import { filesOfPartition } from '../delta/tableSnapshot';
import type { CommittedPart } from '../documents/document';
import { contractOfPartition, readContractText } from '../lakehouse/contractVersions';
import { PipelineError } from '../problems/problem';
import type { IngestDependencies } from './dependencies';

/** Codes of an earlier contract that can't be used any more. */
const UNUSABLE = ['CONTRACT_VERSION_UNKNOWN', 'CONTRACT_INVALID'];

/**
 * The parts of a partition, with the roles by which its rows were loaded: those of the contract that the partition names.
 * Where it names none, or one that is not valid any more, the parts have the roles that the table stores. Errors: LAKE_*.
 */
export async function loadedParts(
  { lakehouse, lake }: Pick<IngestDependencies, 'lakehouse' | 'lake'>,
  { dataset, date }: { dataset: string; date: string },
): Promise<CommittedPart[]> {
  const [parts, snapshot] = await Promise.all([lake.parts(dataset, date), readSnapshot(lakehouse, dataset)]);
  const version = snapshot && contractOfPartition(filesOfPartition(snapshot, date));
  if (version === undefined) return parts;
  try {
    const text = await readContractText(lakehouse, dataset, version.hash);
    const { roles } = await lakehouse.contracts.read(dataset, text);
    return parts.map((part) => ({ ...part, roles }));
  } catch (error) {
    if (error instanceof PipelineError && UNUSABLE.includes(error.code)) return parts;
    throw error;
  }
}
