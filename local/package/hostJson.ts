/** Where Durable Functions keeps its state: in queues and tables of the host's storage, or in a Durable Task Scheduler. */
export const DURABLE_BACKENDS = ['azureStorage', 'durableTaskScheduler'] as const;
export type DurableBackend = (typeof DURABLE_BACKENDS)[number];

interface HostJson {
  extensions: { durableTask: { hubName: string; storageProvider: object } };
}

/** The project's host.json for one of the backends. The numbers of the storage provider belong to Azure Storage alone. */
export function hostJsonFor<Given extends HostJson>(hostJson: Given, backend: DurableBackend): Given {
  if (backend === 'azureStorage') return hostJson;
  const { extensions } = hostJson;
  const durableTask = {
    ...extensions.durableTask,
    // The hub of a scheduler exists before the app, under the name that the deployment gave it.
    hubName: '%TASKHUB_NAME%',
    storageProvider: { type: 'azureManaged', connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING' },
  };
  return { ...hostJson, extensions: { ...extensions, durableTask } };
}
