import { describeRendered, resourcesOf, theResource, type Resource } from '../support/infra/rendered';
import type { VariantName } from '../support/infra/variants';

const PRIVATE: VariantName[] = ['production', 'closed'];
/** Of services that have the switch, where it is and which rules ask for it. */
const SWITCHES: [type: string, source: string, read: (resource: Resource) => unknown][] = [
  ['Storage/storageAccounts', 'CKV_AZURE_59', ({ properties }) => properties.publicNetworkAccess],
  ['DBforPostgreSQL/flexibleServers', 'CKV_AZURE_68', ({ properties }) => properties.network.publicNetworkAccess],
  [
    'CognitiveServices/accounts',
    'Azure.AI.PublicAccess, CKV_AZURE_134',
    ({ properties }) => properties.publicNetworkAccess,
  ],
  ['KeyVault/vaults', 'CKV_AZURE_189', ({ properties }) => properties.publicNetworkAccess],
];

describeRendered.each(PRIVATE)('in private mode (%s)', (variant) => {
  it.each(SWITCHES)('no %s answers the public network (%s)', (type, _source, read) => {
    const found = resourcesOf(variant, type);
    // Only production has models and two storage accounts are in both.
    expect(found.length).toBeGreaterThanOrEqual(type.startsWith('Cognitive') && variant === 'closed' ? 0 : 1);
    expect(found.filter((resource) => read(resource) !== 'Disabled').map(({ name }) => name)).toEqual([]);
  });

  it.each(['Storage/storageAccounts', 'CognitiveServices/accounts', 'KeyVault/vaults'])(
    'the firewall of %s denies what no rule allows (Azure.Storage.Firewall, Azure.KeyVault.Firewall)',
    (type) => {
      const open = resourcesOf(variant, type).filter(
        ({ properties }) => properties.networkAcls.defaultAction !== 'Deny',
      );
      expect(open.map(({ name }) => name)).toEqual([]);
    },
  );

  it('PostgreSQL has no firewall rule', () => {
    expect(resourcesOf(variant, 'DBforPostgreSQL/flexibleServers/firewallRules')).toEqual([]);
  });

  it('each service has its private endpoints, and each endpoint its name in a private zone', () => {
    const groups = resourcesOf(variant, 'Network/privateEndpoints').map(
      ({ name, properties }) =>
        `${name.split('-').slice(1, -1).join('-')}: ${properties.privateLinkServiceConnections[0].properties.groupIds}`,
    );
    expect(groups.sort()).toEqual(
      [
        ...['host-blob: blob', 'host-queue: queue', 'host-table: table', 'lake-blob: blob', 'lake-dfs: dfs'],
        ...['postgres: postgresqlServer', 'vault: vault'],
        ...(variant === 'production' ? ['openai: account'] : ['app: sites']),
      ].sort(),
    );
    expect(resourcesOf(variant, 'Network/privateEndpoints/privateDnsZoneGroups')).toHaveLength(groups.length);
    const linked = resourcesOf(variant, 'Network/privateDnsZones/virtualNetworkLinks');
    expect(linked).toHaveLength(resourcesOf(variant, 'Network/privateDnsZones').length);
    expect(linked.every(({ properties }) => properties.registrationEnabled === false)).toBe(true);
  });

  it('the function app sends from a subnet that only it uses', () => {
    const [network] = resourcesOf(variant, 'Network/virtualNetworks');
    const subnet = network?.properties.subnets.find(({ name }: { name: string }) => name === 'functions');
    expect(subnet.properties.delegations[0].properties.serviceName).toBe('Microsoft.App/environments');
    // At least 64 addresses, of which Azure keeps five.
    expect(Number(subnet.properties.addressPrefix.split('/')[1])).toBeLessThanOrEqual(26);
    expect(theResource(variant, 'Web/sites').properties.virtualNetworkSubnetId).toContain('functionsSubnetId');
  });
});

describeRendered('the function app', () => {
  it('stays public behind a linked web app, which cannot reach a private one', () => {
    expect(theResource('production', 'Web/sites').properties.publicNetworkAccess).toBe('Enabled');
    expect(resourcesOf('production', 'Web/staticSites/linkedBackends')).toHaveLength(1);
  });

  it('is closed in private mode without the link (CKV_AZURE_221)', () => {
    expect(theResource('closed', 'Web/sites').properties.publicNetworkAccess).toBe('Disabled');
    expect(resourcesOf('closed', 'Web/staticSites/linkedBackends')).toEqual([]);
  });
});

describeRendered('without private mode', () => {
  it('PostgreSQL lets in the addresses of Azure, or only the address of the network where there is one', () => {
    const rules = (variant: VariantName): string[] =>
      resourcesOf(variant, 'DBforPostgreSQL/flexibleServers/firewallRules').map(({ name }) => name.split('/')[1] ?? '');
    expect(rules('staging')).toEqual(['azure']);
    expect(rules('machine')).toEqual(['network', 'deployer']);
  });

  it('no firewall rule of PostgreSQL lets in the whole internet (Azure.PostgreSQL.FirewallIPRange)', () => {
    for (const variant of ['staging', 'machine', 'models'] as const) {
      for (const { properties } of resourcesOf(variant, 'DBforPostgreSQL/flexibleServers/firewallRules')) {
        expect(properties.startIpAddress).toBe(properties.endIpAddress);
      }
    }
  });
});
