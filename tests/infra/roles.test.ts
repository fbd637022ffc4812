import { describeRendered, resourcesOf } from '../support/infra/rendered';
import type { VariantName } from '../support/infra/variants';

// Who may do what, completely: a role that is not in this table is a fault, and so is a row without its role.

const ROLES: Record<string, string> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd': 'Cognitive Services OpenAI User',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  '0ad04412-c4d5-4796-b79c-f76d14c8d402': 'Durable Task Data Contributor',
};

/** Principal, role, scope. */
const ALWAYS = [
  'app: Monitoring Metrics Publisher on components/appi',
  'app: Storage Blob Data Owner on storageAccounts/sthost',
  'app: Storage Table Data Contributor on storageAccounts/sthost',
  'app: Storage Blob Data Contributor on storageAccounts/stlake/containers/raw',
  'app: Storage Blob Data Contributor on storageAccounts/stlake/containers/processed-data',
  'app: Storage Blob Data Contributor on storageAccounts/stlake/containers/quarantine',
  'app: Storage Blob Data Contributor on storageAccounts/stlake/containers/staging',
  'app: Storage Blob Data Reader on storageAccounts/stlake/containers/contracts',
  'deployer: Storage Blob Data Contributor on storageAccounts/stlake/containers/raw',
  'deployer: Storage Blob Data Contributor on storageAccounts/stlake/containers/contracts',
];
const KEY = 'app: Key Vault Secrets User on vaults/kv/secrets/qdrant-api-key';
const TASK_HUB = 'app: Storage Queue Data Contributor on storageAccounts/sthost';
const SCHEDULER = 'app: Durable Task Data Contributor on schedulers/dts/taskHubs/pipeline';
const MODELS = 'app: Cognitive Services OpenAI User on accounts/oai';
const MACHINE = [
  'qdrant: Key Vault Secrets User on vaults/kv/secrets/qdrant-api-key',
  'qdrant: Storage Blob Data Contributor on storageAccounts/stlake/containers/qdrant-snapshots',
];

const TABLE: Record<VariantName, string[]> = {
  staging: [...ALWAYS, TASK_HUB, KEY],
  production: [...ALWAYS, TASK_HUB, KEY, MODELS, ...MACHINE],
  models: [...ALWAYS, TASK_HUB, KEY, MODELS],
  closed: [...ALWAYS, SCHEDULER, KEY],
  scheduler: [...ALWAYS, SCHEDULER, KEY],
  machine: [...ALWAYS, TASK_HUB, KEY, ...MACHINE],
  least: [...ALWAYS, TASK_HUB],
};

describeRendered('roles', () => {
  it.each(Object.entries(TABLE) as [VariantName, string[]][])('of %s are exactly these', (variant, expected) => {
    const assignments = resourcesOf(variant, 'Authorization/roleAssignments');
    const rows = assignments.map(({ id, properties }) => {
      const role = ROLES[String(properties.roleDefinitionId).split('/').at(-1) ?? ''] ?? properties.roleDefinitionId;
      return `${principalOf(String(properties.principalId))}: ${role} on ${scopeOf(id)}`;
    });
    expect(rows.sort()).toEqual([...expected].sort());
  });

  it('have names that are the same in each deployment and differ between environments', () => {
    const names = (variant: VariantName): string[] =>
      resourcesOf(variant, 'Authorization/roleAssignments').map(({ name }) => name);
    for (const name of names('production')) expect(name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(new Set(names('production')).size).toBe(names('production').length);
    expect(names('staging').filter((name) => names('production').includes(name))).toEqual([]);
  });

  it('say what kind of principal has them, so that a new identity is found at once', () => {
    const kinds = resourcesOf('production', 'Authorization/roleAssignments').map(
      ({ properties }) => properties.principalType,
    );
    expect([...new Set(kinds)].sort()).toEqual(['ServicePrincipal', 'User']);
  });
});

function principalOf(principalId: string): string {
  if (principalId.includes("format('appIdentity-")) return 'app';
  if (principalId.includes("format('machineIdentity-")) return 'qdrant';
  return principalId === '00000000-0000-0000-0000-000000000000' ? 'deployer' : principalId;
}

/** The part of an id between the resource group and the assignment, without what makes names unique. */
function scopeOf(id: string): string {
  const scope = id.split('/providers/Microsoft.Authorization/')[0]?.split('/providers/')[1] ?? id;
  return scope
    .split('/')
    .slice(1)
    .join('/')
    .replace('/blobServices/default', '')
    .replace(/-?[a-z0-9]{13}(?=\/|$)/g, '');
}
