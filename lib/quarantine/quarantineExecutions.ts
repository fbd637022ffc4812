import type { LakeContainers, ObjectStore } from '../storage/objectStore';
import { rawFolder, runIdOfQuarantineFile } from '../lakehouse/paths';

/** Size of the quarantine of one execution. */
export interface QuarantineExecution {
  runId: string;
  files: number;
  bytes: number;
}

/** The executions of a dataset and date that have rejected records, the latest first: run ids begin with their time. */
export async function quarantineExecutions(
  { store, containers: { quarantine } }: { store: ObjectStore; containers: LakeContainers },
  dataset: string,
  date: string,
): Promise<QuarantineExecution[]> {
  const executions = new Map<string, QuarantineExecution>();
  for await (const { path, size } of store.list(quarantine, rawFolder(dataset, date))) {
    const runId = runIdOfQuarantineFile(path);
    if (runId === undefined) continue;
    const execution = executions.get(runId) ?? { runId, files: 0, bytes: 0 };
    execution.files += 1;
    execution.bytes += size;
    executions.set(runId, execution);
  }
  return [...executions.values()].sort((a, b) => (a.runId < b.runId ? 1 : -1));
}
