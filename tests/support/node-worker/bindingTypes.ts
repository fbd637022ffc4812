/** Types of bindings that the host has itself, without any extension. */
const OF_THE_HOST = ['httpTrigger', 'http', 'timerTrigger', 'warmupTrigger'];

/** Of the extension bundle `Microsoft.Azure.Functions.ExtensionBundle` 4 (src/.../extensions.json of its repository). */
const OF_BUNDLE_4 = [
  ...['activityTrigger', 'orchestrationTrigger', 'entityTrigger', 'durableClient', 'orchestrationClient'],
  ...['blobTrigger', 'blob', 'queueTrigger', 'queue', 'table'],
  ...['serviceBusTrigger', 'serviceBus', 'eventHubTrigger', 'eventHub', 'eventGridTrigger', 'eventGrid'],
  ...['cosmosDBTrigger', 'cosmosDB', 'sqlTrigger', 'sql', 'kafkaTrigger', 'kafka', 'rabbitMQTrigger', 'rabbitMQ'],
  ...['signalRTrigger', 'signalR', 'signalRConnectionInfo', 'webPubSubTrigger', 'webPubSub', 'webPubSubConnection'],
];

/** Lower-case types of bindings that a host with this host.json knows; undefined when its bundle is not in this table. */
export function knownBindingTypes(hostJson: {
  extensionBundle?: { id: string; version: string };
}): ReadonlySet<string> | undefined {
  const { extensionBundle: bundle } = hostJson;
  if (bundle !== undefined) {
    const isBundle4 = bundle.id === 'Microsoft.Azure.Functions.ExtensionBundle' && /^\[4\./.test(bundle.version);
    if (!isBundle4) return undefined;
  }
  const types = bundle === undefined ? OF_THE_HOST : [...OF_THE_HOST, ...OF_BUNDLE_4];
  return new Set(types.map((type) => type.toLowerCase()));
}
