/** The path under which the durable management API is served. */
export const managementPath = '/runtime/webhooks/durabletask';

/**
 * The value of a durableClient input binding, as JSON text: URLs of the management API with placeholders.
 * `origin` is like "http://127.0.0.1:7071".
 */
export function clientBinding(origin: string, hubName: string): string {
  const base = origin + managementPath;
  const create = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: hubName,
    creationUrls: {
      createNewInstancePostUri: `${create}?code=local`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&code=local`,
    },
    managementUrls: managementUrls(origin, hubName, 'INSTANCEID'),
    baseUrl: base,
    requiredQueryStringParameters: 'code=local',
    // The client resolves paths against this URL; without the trailing slash the last segment would be lost.
    rpcBaseUrl: `${base}/`,
  });
}

/** The management URLs of one instance. `id` must already be URL-encoded. */
export function managementUrls(origin: string, hubName: string, id: string): Record<string, string> {
  const query = `taskHub=${hubName}&connection=Storage&code=local`;
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
