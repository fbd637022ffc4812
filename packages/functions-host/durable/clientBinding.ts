/** The path under which the durable management API is served. */
export const managementPath = '/runtime/webhooks/durabletask';

/**
 * The path under which clients of the app call the same API. The library sends no key there, so the path has it.
 */
export function clientPath(key: string): string {
  return `/runtime/clients/${key}`;
}

/**
 * What a durableClient input binding carries, as JSON text: URLs of the management API with placeholders.
 * `origin` is like "http://127.0.0.1:7071"; `key` is safe in a URL.
 */
export function clientBinding(origin: string, hubName: string, key: string): string {
  const base = origin + managementPath;
  const create = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: hubName,
    creationUrls: {
      createNewInstancePostUri: `${create}?code=${key}`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&code=${key}`,
    },
    managementUrls: managementUrls(origin, hubName, key, 'INSTANCEID'),
    baseUrl: base,
    requiredQueryStringParameters: `code=${key}`,
    // The client resolves paths against this URL; without the trailing slash the last segment would be lost.
    rpcBaseUrl: `${origin}${clientPath(key)}/`,
  });
}

/** The management URLs of one instance. `id` must already be URL-encoded. */
export function managementUrls(origin: string, hubName: string, key: string, id: string): Record<string, string> {
  const query = `taskHub=${hubName}&connection=Storage&code=${key}`;
  const instance = `${origin}${managementPath}/instances/${id}`;
  return {
    id,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
  };
}
