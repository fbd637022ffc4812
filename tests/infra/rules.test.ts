import { describeRendered, rendered, resourcesOf, VARIANT_NAMES, type Resource } from '../support/infra/rendered';

// Rules after those of PSRule for Azure ("Azure.") and Checkov ("CKV"), which cannot be installed everywhere. Each title names
// the rules that it follows; "own" is a rule of this project.

interface Rule {
  source: string;
  says: string;
  type: string;
  /** Only resources for which this is true. */
  of?: (resource: Resource) => boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each type of resource has properties of its own
  holds: (properties: any, resource: Resource) => boolean;
}

const RULES: Rule[] = [
  {
    source: 'Azure.Storage.SecureTransfer, CKV_AZURE_3',
    says: 'storage takes HTTPS only',
    type: 'Storage/storageAccounts',
    holds: ({ supportsHttpsTrafficOnly }) => supportsHttpsTrafficOnly === true,
  },
  {
    source: 'Azure.Storage.MinTLS, CKV_AZURE_44',
    says: 'storage takes TLS 1.2 and newer',
    type: 'Storage/storageAccounts',
    holds: ({ minimumTlsVersion }) => minimumTlsVersion === 'TLS1_2',
  },
  {
    source: 'Azure.Storage.LocalAuth, CKV2_AZURE_40',
    says: 'storage takes no shared key',
    type: 'Storage/storageAccounts',
    holds: ({ allowSharedKeyAccess, defaultToOAuthAuthentication }) =>
      allowSharedKeyAccess === false && defaultToOAuthAuthentication === true,
  },
  {
    source: 'Azure.Storage.BlobPublicAccess, CKV_AZURE_190',
    says: 'no blob can be public',
    type: 'Storage/storageAccounts',
    holds: ({ allowBlobPublicAccess }) => allowBlobPublicAccess === false,
  },
  {
    source: 'Azure.Storage.BlobAccessType, CKV_AZURE_34',
    says: 'no container is public',
    type: 'Storage/storageAccounts/blobServices/containers',
    holds: ({ publicAccess }) => publicAccess === 'None',
  },
  {
    source: 'Azure.Storage.SoftDelete, CKV2_AZURE_38',
    says: 'deleted blobs are kept for a week or longer',
    type: 'Storage/storageAccounts/blobServices',
    holds: ({ deleteRetentionPolicy: { enabled, days } }) => enabled === true && days >= 7,
  },
  {
    source: 'Azure.Storage.ContainerSoftDelete',
    says: 'deleted containers are kept for a week or longer',
    type: 'Storage/storageAccounts/blobServices',
    holds: ({ containerDeleteRetentionPolicy: { enabled, days } }) => enabled === true && days >= 7,
  },
  {
    source: 'own',
    says: 'nothing is replicated to another tenant',
    type: 'Storage/storageAccounts',
    holds: ({ allowCrossTenantReplication }) => allowCrossTenantReplication === false,
  },
  {
    source: 'Azure.AppService.UseHTTPS, CKV_AZURE_14',
    says: 'the function app takes HTTPS only',
    type: 'Web/sites',
    holds: ({ httpsOnly }) => httpsOnly === true,
  },
  {
    source: 'Azure.AppService.MinTLS, CKV_AZURE_15',
    says: 'the function app and its deployment take TLS 1.2 and newer',
    type: 'Web/sites',
    holds: ({ siteConfig }) => siteConfig.minTlsVersion === '1.2' && siteConfig.scmMinTlsVersion === '1.2',
  },
  {
    source: 'CKV_AZURE_78',
    says: 'the function app has no FTP',
    type: 'Web/sites',
    holds: ({ siteConfig }) => siteConfig.ftpsState === 'Disabled',
  },
  {
    source: 'Azure.AppService.ManagedIdentity',
    says: 'the function app has a managed identity',
    type: 'Web/sites',
    holds: (_, { identity }) => identity?.type === 'UserAssigned',
  },
  {
    source: 'own',
    says: 'nobody deploys with a user name and a password',
    type: 'Web/sites/basicPublishingCredentialsPolicies',
    holds: ({ allow }) => allow === false,
  },
  {
    source: 'Azure.KeyVault.RBAC',
    says: 'access to the vault is by role',
    type: 'KeyVault/vaults',
    holds: ({ enableRbacAuthorization }) => enableRbacAuthorization === true,
  },
  {
    source: 'Azure.KeyVault.PurgeProtect, CKV_AZURE_110',
    says: 'the vault cannot be purged before its time',
    type: 'KeyVault/vaults',
    holds: ({ enablePurgeProtection, enableSoftDelete }) => enablePurgeProtection === true && enableSoftDelete === true,
  },
  {
    source: 'Azure.PostgreSQL.AADOnly',
    says: 'PostgreSQL takes tokens of Entra ID only',
    type: 'DBforPostgreSQL/flexibleServers',
    holds: ({ authConfig, administratorLogin }) =>
      authConfig.activeDirectoryAuth === 'Enabled' &&
      authConfig.passwordAuth === 'Disabled' &&
      administratorLogin === undefined,
  },
  {
    source: 'Azure.PostgreSQL.UseSSL',
    says: 'PostgreSQL takes encrypted connections only',
    type: 'DBforPostgreSQL/flexibleServers/configurations',
    of: ({ name }) => name.endsWith('/require_secure_transport'),
    holds: ({ value }) => value === 'on',
  },
  {
    source: 'Azure.PostgreSQL.MinTLS',
    says: 'PostgreSQL takes TLS 1.2 and newer',
    type: 'DBforPostgreSQL/flexibleServers/configurations',
    of: ({ name }) => name.endsWith('/ssl_min_protocol_version'),
    holds: ({ value }) => value === 'TLSv1.2' || value === 'TLSv1.3',
  },
  {
    source: 'Azure.AI.DisableLocalAuth, CKV_AZURE_236',
    says: 'Azure OpenAI takes no key',
    type: 'CognitiveServices/accounts',
    holds: ({ disableLocalAuth, customSubDomainName }) => disableLocalAuth === true && !!customSubDomainName,
  },
  {
    source: 'Azure.AppInsights.LocalAuth',
    says: 'Application Insights takes no telemetry without a token',
    type: 'Insights/components',
    holds: ({ DisableLocalAuth }) => DisableLocalAuth === true,
  },
  {
    source: 'Azure.AppInsights.Workspace',
    says: 'Application Insights keeps its data in the workspace',
    type: 'Insights/components',
    holds: ({ WorkspaceResourceId }) =>
      String(WorkspaceResourceId).includes('Microsoft.OperationalInsights/workspaces'),
  },
  {
    source: 'own',
    says: 'the workspace takes no key and has a daily limit',
    type: 'OperationalInsights/workspaces',
    holds: ({ features, workspaceCapping }) => features.disableLocalAuth === true && workspaceCapping.dailyQuotaGb > 0,
  },
  {
    source: 'Azure.VNET.UseNSGs, CKV2_AZURE_31',
    says: 'each subnet has security rules, and no way out of its own',
    type: 'Network/virtualNetworks',
    holds: ({
      subnets,
    }: {
      subnets: { properties: { networkSecurityGroup?: object; defaultOutboundAccess?: boolean } }[];
    }) =>
      subnets.every(({ properties: { networkSecurityGroup, defaultOutboundAccess } }) => {
        return networkSecurityGroup !== undefined && defaultOutboundAccess === false;
      }),
  },
  {
    source: 'Azure.NSG.AnyInboundSource, CKV_AZURE_9, CKV_AZURE_10',
    says: 'no security rule lets everybody in',
    type: 'Network/networkSecurityGroups',
    holds: ({ securityRules }: { securityRules: { properties: Record<string, string> }[] }) =>
      securityRules.every(
        ({ properties: { direction, access, sourceAddressPrefix } }) =>
          direction !== 'Inbound' || access !== 'Allow' || /^10\.20\./.test(sourceAddressPrefix ?? ''),
      ),
  },
  {
    source: 'own',
    says: 'security rules end with one that denies what none allows, also from the same network',
    type: 'Network/networkSecurityGroups',
    holds: ({ securityRules }: { securityRules: { properties: Record<string, unknown> }[] }) => {
      const last = [...securityRules]
        .sort((a, b) => Number(a.properties.priority) - Number(b.properties.priority))
        .at(-1);
      return last?.properties.access === 'Deny' && last.properties.sourceAddressPrefix === '*';
    },
  },
  {
    source: 'CKV_AZURE_119',
    says: 'no network interface has a public address',
    type: 'Network/networkInterfaces',
    holds: ({ ipConfigurations }: { ipConfigurations: { properties: object }[] }) =>
      ipConfigurations.every(({ properties }) => !('publicIPAddress' in properties)),
  },
  {
    source: 'Azure.VM.PublicKey, CKV_AZURE_1',
    says: 'the machine has no password',
    type: 'Compute/virtualMachines',
    holds: ({ osProfile }) =>
      osProfile.linuxConfiguration.disablePasswordAuthentication === true && osProfile.adminPassword === undefined,
  },
  {
    source: 'Azure.VM.SecureBoot; of scale sets CKV_AZURE_97',
    says: 'the machine encrypts at its host and boots verified',
    type: 'Compute/virtualMachines',
    holds: ({ securityProfile }) =>
      securityProfile.encryptionAtHost === true && securityProfile.uefiSettings.secureBootEnabled === true,
  },
  {
    source: 'CKV_AZURE_251',
    says: 'no disk can be read from outside',
    type: 'Compute/disks',
    holds: ({ publicNetworkAccess, networkAccessPolicy }) =>
      publicNetworkAccess === 'Disabled' && networkAccessPolicy === 'DenyAll',
  },
];

describeRendered('every deployment', () => {
  it.each(RULES.map((rule) => [`${rule.says} (${rule.source})`, rule] as const))('%s', (_title, rule) => {
    const found = VARIANT_NAMES.flatMap((variant) =>
      resourcesOf(variant, rule.type)
        .filter(rule.of ?? (() => true))
        .map((resource) => ({ variant, resource })),
    );
    const broken = found.filter(({ resource }) => !rule.holds(resource.properties, resource));
    expect(found.length).toBeGreaterThan(0);
    expect(broken.map(({ variant, resource }) => `${variant}: ${resource.name}`)).toEqual([]);
  });

  it('creates nothing that a rule or a list of this folder does not know (own)', () => {
    const types = new Set(VARIANT_NAMES.flatMap((variant) => rendered(variant).resources.map(({ type }) => type)));
    expect([...types].map((type) => type.replace('Microsoft.', '')).sort()).toEqual(
      [
        'Authorization/roleAssignments',
        'CognitiveServices/accounts',
        'CognitiveServices/accounts/deployments',
        'Compute/disks',
        'Compute/virtualMachines',
        'Consumption/budgets',
        'DBforPostgreSQL/flexibleServers',
        'DBforPostgreSQL/flexibleServers/administrators',
        'DBforPostgreSQL/flexibleServers/configurations',
        'DBforPostgreSQL/flexibleServers/databases',
        'DBforPostgreSQL/flexibleServers/firewallRules',
        'DurableTask/schedulers',
        'DurableTask/schedulers/taskHubs',
        'Insights/actionGroups',
        'Insights/components',
        'Insights/diagnosticSettings',
        'Insights/metricAlerts',
        'Insights/scheduledQueryRules',
        'Insights/workbooks',
        'KeyVault/vaults',
        'KeyVault/vaults/secrets',
        'ManagedIdentity/userAssignedIdentities',
        'Network/natGateways',
        'Network/networkInterfaces',
        'Network/networkSecurityGroups',
        'Network/privateDnsZones',
        'Network/privateDnsZones/A',
        'Network/privateDnsZones/virtualNetworkLinks',
        'Network/privateEndpoints',
        'Network/privateEndpoints/privateDnsZoneGroups',
        'Network/publicIPAddresses',
        'Network/virtualNetworks',
        'OperationalInsights/workspaces',
        'Resources/resourceGroups',
        'Storage/storageAccounts',
        'Storage/storageAccounts/blobServices',
        'Storage/storageAccounts/blobServices/containers',
        'Storage/storageAccounts/managementPolicies',
        'Web/serverfarms',
        'Web/sites',
        'Web/sites/basicPublishingCredentialsPolicies',
        'Web/sites/config',
        'Web/staticSites',
        'Web/staticSites/linkedBackends',
      ].sort(),
    );
  });
});
