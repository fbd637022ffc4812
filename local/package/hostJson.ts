/** Where Durable Functions keeps its state: in queues and tables of the host's storage, or in a Durable Task Scheduler. */
export const DURABLE_BACKENDS = ['azureStorage', 'durableTaskScheduler'] as const;
export type DurableBackend = (typeof DURABLE_BACKENDS)[number];

interface HostJson {
  extensions: { durableTask: { hubName: string; storageProvider: object } };
}

/**
 * The project's host.json for one of the backends. The numbers of the storage provider belong to Azure Storage alone. The
 * deployment names the hub by a setting that overrides the file.
 */
export function hostJsonFor<Given extends HostJson>(hostJson: Given, backend: DurableBackend): Given {
  if (backend === 'azureStorage') return hostJson;
  const { extensions } = hostJson;
  const durableTask = {
    ...extensions.durableTask,
    storageProvider: { type: 'azureManaged', connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING' },
  };
  return { ...hostJson, extensions: { ...extensions, durableTask } };
}
