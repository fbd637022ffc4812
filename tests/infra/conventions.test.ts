import {
  compiled,
  describeRendered,
  rendered,
  resourcesOf,
  templates,
  theResource,
  VARIANT_NAMES,
} from '../support/infra/rendered';

/** The day on which the API versions were last looked at; move it forward together with them. */
const TODAY = '2026-11-27';

/** Types whose newest stable version is older than two years, or which have previews only. */
const NEWEST_OF_THEIR_TYPE = [
  'Microsoft.Authorization/roleAssignments@2022-04-01',
  'Microsoft.Insights/actionGroups@2023-01-01',
  'Microsoft.Insights/components@2020-02-02',
  'Microsoft.Insights/diagnosticSettings@2021-05-01-preview',
  'Microsoft.Insights/workbooks@2023-06-01',

  'Microsoft.Network/privateDnsZones/A@2024-06-01',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01',
  'Microsoft.Network/privateDnsZones@2024-06-01',
];

/** Types that have no tags. */
const UNTAGGED = [
  'Authorization/roleAssignments',
  'CognitiveServices/accounts/deployments',
  'Consumption/budgets',
  'DBforPostgreSQL/flexibleServers/administrators',
  'DBforPostgreSQL/flexibleServers/configurations',
  'DBforPostgreSQL/flexibleServers/databases',
  'DBforPostgreSQL/flexibleServers/firewallRules',
  'DurableTask/schedulers/taskHubs',
  'Insights/diagnosticSettings',
  'Network/privateDnsZones/A',
  'Network/privateEndpoints/privateDnsZoneGroups',
  'Storage/storageAccounts/blobServices',
  'Storage/storageAccounts/blobServices/containers',
  'Storage/storageAccounts/managementPolicies',
  'Web/sites/basicPublishingCredentialsPolicies',
  'Web/sites/config',
  'Web/staticSites/linkedBackends',
].map((type) => `Microsoft.${type}`);

/** Types with resource logs: a diagnostic setting sends them to the workspace. */
const WITH_LOGS = [
  'CognitiveServices/accounts',
  'DBforPostgreSQL/flexibleServers',
  'KeyVault/vaults',
  'Network/networkSecurityGroups',
  'Network/publicIPAddresses',
  'Network/virtualNetworks',
  'OperationalInsights/workspaces',
  'Storage/storageAccounts/blobServices',
  'Web/sites',
];
/** Types with resource logs that are not collected, and why. */
const WITHOUT_SETTING: Record<string, string> = {
  'Insights/components': 'its tables are in the workspace already',
  'DurableTask/schedulers': 'its categories of logs are not known yet',
  'Web/staticSites': 'only metrics are known of it',
  'Network/natGateways': 'its flow logs cost more than the gateway',
};

describeRendered('API versions', () => {
  it('are at most two years old, or the newest of their type', () => {
    const used = new Set(
      VARIANT_NAMES.flatMap((variant) =>
        rendered(variant).resources.map(({ type, apiVersion }) => `${type}@${apiVersion}`),
      ),
    );
    const oldest = `${Number(TODAY.slice(0, 4)) - 2}${TODAY.slice(4)}`;
    const old = [...used].filter((version) => (version.split('@')[1] ?? '') < oldest).sort();
    expect(old).toEqual(NEWEST_OF_THEIR_TYPE);
  });

  it('are stable', () => {
    const used = VARIANT_NAMES.flatMap((variant) => rendered(variant).resources);
    const previews = used.filter(({ apiVersion }) => apiVersion.endsWith('-preview')).map(({ type }) => type);
    expect([...new Set(previews)]).toEqual(['Microsoft.Insights/diagnosticSettings']);
  });
});

describeRendered.each(VARIANT_NAMES)('the deployment %s', (variant) => {
  it('tags everything that can have tags (Azure.Resource.UseTags)', () => {
    const taggable = rendered(variant).resources.filter(({ type }) => !UNTAGGED.includes(type));
    const untagged = taggable.filter(({ tags }) => !tags?.['azd-env-name'] || tags.application !== 'pipeline-x');
    expect(taggable.length).toBeGreaterThan(15);
    expect(untagged.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
  });

  it('sends the logs of everything that has logs to the workspace', () => {
    const withLogs = WITH_LOGS.flatMap((type) => resourcesOf(variant, type));
    const settings = resourcesOf(variant, 'Insights/diagnosticSettings');
    const covered = settings.map(({ id }) => id.split('/providers/Microsoft.Insights/diagnosticSettings')[0]);
    expect(withLogs.filter(({ id }) => !covered.includes(id)).map(({ type, name }) => `${type} ${name}`)).toEqual([]);
    expect(settings.every(({ properties }) => String(properties.workspaceId).includes('workspace'))).toBe(true);
    expect(
      settings.every(({ properties }) => properties.logs.every(({ enabled }: { enabled: boolean }) => enabled)),
    ).toBe(true);
    expect(Object.keys(WITHOUT_SETTING).filter((type) => WITH_LOGS.includes(type))).toEqual([]);
  });

  it('gives no name twice and no name longer than its service allows', () => {
    const { resources } = rendered(variant);
    const names = (type: string): string[] => resourcesOf(variant, type).map(({ name }) => name);
    const ids = resources.map(({ id }) => id).filter((id) => !id.endsWith('/secrets/qdrant-api-key'));
    expect(new Set(ids).size).toBe(ids.length);
    expect(names('Storage/storageAccounts').every((name) => /^[a-z0-9]{3,24}$/.test(name))).toBe(true);
    expect(names('KeyVault/vaults').every((name) => /^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/.test(name))).toBe(true);
    expect(names('Web/sites').every((name) => name.length <= 32)).toBe(true);
  });

  it('tags the two sites that azd deploys to', () => {
    expect(theResource(variant, 'Web/sites').tags?.['azd-service-name']).toBe('api');
    expect(theResource(variant, 'Web/staticSites').tags?.['azd-service-name']).toBe('web');
  });
});

describeRendered('main.bicep', () => {
  it('lets azd offer only regions that have the services', () => {
    const { location } = compiled().parameters;
    expect(location?.metadata).toEqual(expect.objectContaining({ azd: { type: 'location' } }));
    expect(location?.allowedValues?.length).toBeGreaterThan(10);
  });

  it('describes every parameter', () => {
    const silent = Object.entries(compiled().parameters).filter(([name, { metadata, allowedValues }]) => {
      return !metadata?.description && !(name === 'principalType' && allowedValues);
    });
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  it('puts no secret into an output, of a module neither (Azure.Deployment.OutputSecretValue, outputs-should-not-contain-secrets)', () => {
    const all = templates();
    const outputs = all.flatMap(({ name, template }) =>
      Object.entries(template.outputs ?? {}).map(([output, { type, value }]) => ({
        output: `${name}.${output}`,
        type,
        text: JSON.stringify(value),
      })),
    );
    const secret = all.flatMap(({ template }) =>
      Object.entries(template.parameters ?? {})
        .filter(([, { type }]) => /^secure/i.test(type))
        .map(([name]) => name),
    );
    expect(outputs.length).toBeGreaterThan(30);
    expect(secret).toContain('qdrantApiKey');
    const bad = outputs.filter(
      ({ type, text }) =>
        /^secure/i.test(type) ||
        /\blist[A-Za-z]*\(/.test(text) ||
        secret.some((name) => text.includes(`parameters('${name}')`)),
    );
    expect(bad.map(({ output }) => output)).toEqual([]);
  });

  it('has no default for a secret but an empty or a random one (secure-parameter-default)', () => {
    const defaults = templates().flatMap(({ template }) =>
      Object.values(template.parameters ?? {})
        .filter(({ type }) => /^secure/i.test(type))
        .map((parameter) => (parameter as { defaultValue?: unknown }).defaultValue ?? 'none'),
    );
    expect(defaults.length).toBeGreaterThan(2);
    expect([...new Set(defaults)].sort()).toEqual(['', '[newGuid()]', 'none']);
  });
});
