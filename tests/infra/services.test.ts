import {
  describeRendered,
  resourcesOf,
  templates,
  theResource,
  type TemplateResource,
  VARIANT_NAMES,
} from '../support/infra/rendered';

/** The resources of one module as it is compiled, in order. */
function moduleResources(name: string): TemplateResource[] {
  const found = templates().find((one) => one.name === name);
  if (!found) throw new Error(`no module ${name}`);
  return Object.values(found.template.resources);
}

describeRendered('PostgreSQL', () => {
  const children = (): TemplateResource[] =>
    moduleResources('postgres').filter(({ type }) => type.startsWith('Microsoft.DBforPostgreSQL/flexibleServers/'));
  const child = (type: string): TemplateResource | undefined => children().find((one) => one.type.endsWith(`/${type}`));

  it('is version 17 or newer', () => {
    for (const variant of VARIANT_NAMES) {
      const { properties } = theResource(variant, 'DBforPostgreSQL/flexibleServers');
      expect(Number(properties.version)).toBeGreaterThanOrEqual(17);
    }
  });

  it('gets its parts one after another, because it refuses two changes at once', () => {
    expect(children().map(({ type }) => type.split('/')[2])).toEqual([
      'databases',
      'configurations',
      'firewallRules',
      'administrators',
    ]);
    for (const type of ['configurations', 'firewallRules']) {
      expect(child(type)?.copy).toMatchObject({ mode: 'serial', batchSize: 1 });
    }
    expect(child('configurations')?.dependsOn?.join()).toContain('flexibleServers/databases');
    expect(child('firewallRules')?.dependsOn).toContain('configurations');
    expect(child('administrators')?.dependsOn).toEqual(expect.arrayContaining(['configurations', 'firewall']));
  });

  it('has whoever deploys as its administrator, and a role of less rights for the app from a hook', () => {
    const { name, properties } = theResource('staging', 'DBforPostgreSQL/flexibleServers/administrators');
    expect(name).toMatch(/\/00000000-0000-0000-0000-000000000000$/);
    expect(properties).toMatchObject({ principalName: 'deployer', principalType: 'User' });
  });

  it('is kept in two zones and for five weeks in production (Azure.PostgreSQL.ZoneRedundantHA)', () => {
    const { properties } = theResource('production', 'DBforPostgreSQL/flexibleServers');
    expect(properties.highAvailability.mode).toBe('ZoneRedundant');
    expect(properties.backup.backupRetentionDays).toBe(35);
  });
});

describeRendered('Azure OpenAI', () => {
  it('gets its deployments one after another', () => {
    const deployments = moduleResources('openAi').find(({ type }) => type.endsWith('/deployments'));
    expect(deployments?.copy).toMatchObject({ mode: 'serial', batchSize: 1 });
  });

  it('has only the models that are asked for', () => {
    const names = resourcesOf('models', 'CognitiveServices/accounts/deployments').map(({ name }) => name.split('/')[1]);
    expect(names).toEqual(['text-embedding-3-small', 'gpt-5.4-mini']);
    expect(resourcesOf('staging', 'CognitiveServices/accounts')).toEqual([]);
  });

  it('has no model that is retired within three months of November 2026', () => {
    // Retirement of each model and version in Azure, by the schedule of July 2026.
    const retires: Record<string, string> = {
      'text-embedding-3-small 1': '2027-04-15',
      'gpt-5.4-mini 2026-03-17': '2027-03-18',
    };
    for (const { properties } of resourcesOf('models', 'CognitiveServices/accounts/deployments')) {
      const { name, version } = properties.model as { name: string; version: string };
      expect(`${name} ${version}: ${retires[`${name} ${version}`]}`).toMatch(/: 2027-0[3-9]/);
    }
  });

  it('keeps the version of the embedding model, whose vectors are stored', () => {
    const [embedding, chat] = resourcesOf('models', 'CognitiveServices/accounts/deployments');
    expect(embedding?.properties.versionUpgradeOption).toBe('NoAutoUpgrade');
    expect(chat?.properties.versionUpgradeOption).not.toBe('NoAutoUpgrade');
  });
});

describeRendered('the lake', () => {
  const lake = () => theResource('production', 'Storage/storageAccounts', ({ name }) => name.startsWith('stlake'));

  it('has hierarchical namespaces; the storage of the host has none', () => {
    expect(lake().properties.isHnsEnabled).toBe(true);
    const host = theResource('production', 'Storage/storageAccounts', ({ name }) => name.startsWith('sthost'));
    expect(host.properties.isHnsEnabled).toBeUndefined();
  });

  it('has the containers of the app', () => {
    const names = resourcesOf('staging', 'Storage/storageAccounts/blobServices/containers').map(
      ({ name }) => name.split('/')[2],
    );
    expect(names).toEqual(['packages', 'raw', 'processed-data', 'quarantine', 'staging', 'contracts']);
  });

  it('keeps the files of a run that waits for a decision, which may take six days', () => {
    const rules = theResource('production', 'Storage/storageAccounts/managementPolicies').properties.policy.rules as {
      name: string;
      definition: {
        filters: { prefixMatch: string[] };
        actions: { baseBlob: { delete?: { daysAfterModificationGreaterThan: number } } };
      };
    }[];
    expect(rules.map(({ name }) => name)).toEqual([
      'raw-to-cool',
      'delete-staging',
      'delete-quarantine',
      'delete-qdrant-snapshots',
    ]);
    const staging = rules[1]?.definition;
    expect(staging?.filters.prefixMatch).toEqual(['staging/']);
    expect(staging?.actions.baseBlob.delete?.daysAfterModificationGreaterThan).toBeGreaterThan(6);
  });

  it('never deletes tables, raw files or contracts by age', () => {
    const text = JSON.stringify(theResource('production', 'Storage/storageAccounts/managementPolicies').properties);
    expect(text).not.toContain('processed-data/');
    expect(text).not.toContain('contracts/');
  });
});

describeRendered('the key of Qdrant', () => {
  it('is made up once: a second deployment keeps what is in the vault', () => {
    const [secret] = moduleResources('generatedKey') as (TemplateResource & { '@options'?: object })[];
    expect(
      moduleResources('generatedKey').some(
        (one) => '@options' in one && 'onlyIfNotExists' in (one['@options'] as object),
      ),
    ).toBe(true);
    expect(secret).toBeDefined();
  });

  it('has a vault only where there is a key', () => {
    expect(resourcesOf('least', 'KeyVault/vaults')).toEqual([]);
    expect(resourcesOf('staging', 'KeyVault/vaults')).toHaveLength(1);
  });
});

describeRendered('the Durable Task Scheduler', () => {
  it('exists only where it is asked for, and lets in the app', () => {
    expect(resourcesOf('staging', 'DurableTask/schedulers')).toEqual([]);
    expect(theResource('scheduler', 'DurableTask/schedulers').properties.ipAllowlist).toEqual(['0.0.0.0/0']);
  });

  it('lets in only the address of the network where there is a network', () => {
    const { ipAllowlist } = theResource('closed', 'DurableTask/schedulers').properties as { ipAllowlist: unknown };
    expect(JSON.stringify(ipAllowlist)).toContain('outboundAddress');
    expect(JSON.stringify(ipAllowlist)).not.toContain('0.0.0.0');
  });
});
