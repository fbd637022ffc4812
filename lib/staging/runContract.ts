import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { contractFile } from '../lakehouse/paths';
import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';
import type { ObjectStore } from '../storage/objectStore';
import { readJson } from './readJson';

/** Runs whose contracts a process keeps: it works on a few at a time. */
const MOST_RUNS = 16;
const kept = new WeakMap<ObjectStore, Map<string, Promise<DataContract>>>();

/**
 * For the steps that may be the first to need it: the contract that the run keeps to, or today's while it keeps none. Errors:
 * those of the contract catalog.
 */
export async function contractToKeep(lakehouse: Lakehouse, key: RunKey): Promise<DataContract> {
  const { store, containers } = lakehouse;
  try {
    return JSON.parse((await store.read(containers.staging, contractFile(key))).toString('utf8')) as DataContract;
  } catch (error) {
    if (!(error instanceof PipelineError && error.code === 'LAKE_OBJECT_NOT_FOUND')) throw error;
    return lakehouse.contracts.get(key.dataset);
  }
}

/** From here on the whole run keeps to this contract: an edit of the file counts from the next run on. Repeated: no change. */
export async function keepContract(
  { store, containers }: Pick<Lakehouse, 'store' | 'containers'>,
  key: RunKey,
  contract: DataContract,
): Promise<void> {
  await store.writeIfAbsent(containers.staging, contractFile(key), JSON.stringify(contract));
}

/** The contract that the run keeps to; read once for each process. Not planned, or discarded: RUN_STAGING_GONE. */
export function contractOfRun(
  { store, containers }: Pick<Lakehouse, 'store' | 'containers'>,
  key: RunKey,
): Promise<DataContract> {
  const file = contractFile(key);
  const name = `${containers.staging}/${file}`;
  return kept.get(store)?.get(name) ?? remember(store, name, readJson<DataContract>(store, containers.staging, file));
}

function remember(store: ObjectStore, name: string, contract: Promise<DataContract>): Promise<DataContract> {
  const contracts = kept.get(store) ?? new Map<string, Promise<DataContract>>();
  kept.set(store, contracts);
  contracts.delete(name);
  contracts.set(name, contract);
  for (const oldest of [...contracts.keys()].slice(0, -MOST_RUNS)) contracts.delete(oldest);
  contract.catch(() => contracts.delete(name));
  return contract;
}
