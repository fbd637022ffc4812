import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { contractFile } from '../lakehouse/paths';
import { PipelineError } from '../problems/problem';
import type { RunKey } from '../runs/runKey';
import type { ObjectStore } from '../storage/objectStore';
import { readJson } from './readJson';

/** Runs whose contracts a process caches: it works on a few at a time. */
const MOST_RUNS = 16;
const kept = new WeakMap<ObjectStore, Map<string, Promise<DataContract>>>();

/**
 * Reads the contract for steps that may run before it is stored: the contract of the run, or the current one when none is
 * stored yet. Errors: those of the contract catalog.
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

/** Stores the contract for the whole run: later edits of the file apply to the next run. Safe to repeat. */
export async function keepContract(
  { store, containers }: Pick<Lakehouse, 'store' | 'containers'>,
  key: RunKey,
  contract: DataContract,
): Promise<void> {
  await store.writeIfAbsent(containers.staging, contractFile(key), JSON.stringify(contract));
}

/** The contract of the run, read once in each process. Error: RUN_STAGING_GONE when not planned, or discarded. */
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
