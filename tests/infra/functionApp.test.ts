import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../lib/config/readConfig';
import { INFRA } from '../support/infra/render';
import { appSettings, describeRendered, resourcesOf, theResource, VARIANT_NAMES } from '../support/infra/rendered';

/** On Flex Consumption these are ignored, overwritten, or make the deployment fail (functions-app-settings, Flex deprecations). */
const NOT_ON_FLEX =
  /^(FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_WORKER_PROCESS_COUNT|WEBSITE_|WEBSITES_|SCM_DO_BUILD|ENABLE_ORYX_BUILD|TZ$|AzureWebJobsDashboard|AzureWebJobsStorage$)/;

describeRendered.each(VARIANT_NAMES)('the function app of %s', (variant) => {
  const site = () => theResource(variant, 'Web/sites');

  it('runs on Flex Consumption with Node.js 22', () => {
    const plan = theResource(variant, 'Web/serverfarms');
    expect(plan.sku).toEqual({ name: 'FC1', tier: 'FlexConsumption' });
    expect(plan.properties.reserved).toBe(true);
    expect(site().kind).toBe('functionapp,linux');
    expect(site().properties.functionAppConfig.runtime).toEqual({ name: 'node', version: '22' });
  });

  it('has no setting that Flex Consumption does not take', () => {
    expect(Object.keys(appSettings(variant)).filter((name) => NOT_ON_FLEX.test(name))).toEqual([]);
    expect(Object.keys(site().properties.siteConfig).sort()).toEqual([
      'ftpsState',
      'http20Enabled',
      'minTlsVersion',
      'scmMinTlsVersion',
    ]);
  });

  it('takes its package from the host storage with the identity', () => {
    const { type, value, authentication } = site().properties.functionAppConfig.deployment.storage;
    expect(type).toBe('blobContainer');
    expect(value).toContain('packageAddress');
    expect(authentication.type).toBe('UserAssignedIdentity');
    expect(Object.keys(authentication)).not.toContain('storageAccountConnectionStringName');
  });

  it('has settings in one place only', () => {
    expect(resourcesOf(variant, 'Web/sites/config').map(({ name }) => name.split('/')[1])).toEqual(['appsettings']);
    expect(site().properties.siteConfig.appSettings).toBeUndefined();
  });

  it('has an identity that exists, and has its roles, before it starts', () => {
    const { identity, properties } = site();
    expect(identity?.type).toBe('UserAssigned');
    expect(properties.keyVaultReferenceIdentity).toContain("format('appIdentity-");
  });
});

const ACTIVITIES = 'AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions';
/** Settings with addresses, which the template knows only when it is deployed. */
const OF_OTHER_SERVICES = {
  WEBSITE_SITE_NAME: 'func-pipeline',
  LAKE_ACCOUNT_URL: 'https://lake.blob.core.windows.net',
  POSTGRES_URL: 'postgres://pipeline:password@db.postgres.database.azure.com/pipeline',
  QDRANT_URL: 'https://qdrant.example:6333',
};

describeRendered('the sizes', () => {
  const { staging, production } = JSON.parse(
    readFileSync(path.join(INFRA, 'environments/sizes.json'), 'utf8'),
  ) as Record<'staging' | 'production', Sizes>;
  it.each([
    ['staging', staging],
    ['production', production],
  ] as const)(
    'of %s fit into the memory and the temporary disk of an instance, as the app checks them',
    (name, sizes) => {
      const numbers = Object.fromEntries(Object.entries(appSettings(name)).filter(([, text]) => /^\d+$/.test(text)));
      expect(numbers).toMatchObject({ INSTANCE_MEMORY_MEGABYTES: `${sizes.instanceMemoryInMegabytes}` });
      const start = (more: Record<string, string> = {}) => readConfig({ ...OF_OTHER_SERVICES, ...numbers, ...more });
      expect(() => start()).not.toThrow();
      expect(() => start({ [ACTIVITIES]: `${2 * sizes.activitiesPerInstance}` })).toThrow('temporary disk');
    },
  );

  it('of production leave each instance its connections to PostgreSQL', () => {
    const { maximumInstances, postgres } = production;
    const wanted = maximumInstances * (postgres.connectionsOfSteps + postgres.connectionsOfRequests);
    expect(wanted).toBeLessThanOrEqual(postgres.userConnections);
  });

  it('of production keep one instance for runs and one for requests', () => {
    expect(theResource('production', 'Web/sites').properties.functionAppConfig.scaleAndConcurrency).toEqual({
      alwaysReady: [
        { name: 'durable', instanceCount: 1 },
        { name: 'http', instanceCount: 1 },
      ],
      instanceMemoryMB: 4096,
      maximumInstanceCount: 100,
    });
  });

  it('reach the app as settings', () => {
    expect(appSettings('production')).toMatchObject({
      INSTANCE_MEMORY_MEGABYTES: String(production.instanceMemoryInMegabytes),
      DUCKDB_MEMORY_MEGABYTES: String(production.duckdbMemoryInMegabytes),
      DUCKDB_SPILL_MEGABYTES: String(production.duckdbSpillInMegabytes),
      POSTGRES_CONNECTIONS: String(production.postgres.connectionsOfSteps),
      POSTGRES_REQUEST_CONNECTIONS: String(production.postgres.connectionsOfRequests),
      [ACTIVITIES]: String(production.activitiesPerInstance),
    });
  });
});

describeRendered('the web app', () => {
  it('is linked on the Standard plan, by one link with one name', () => {
    const [link] = resourcesOf('staging', 'Web/staticSites/linkedBackends');
    expect(theResource('staging', 'Web/staticSites').sku?.name).toBe('Standard');
    expect(link?.name).toMatch(/\/api$/);
    expect(link?.properties.region).toBe('swedencentral');
    expect(link?.properties.backendResourceId).toContain("format('functionApp-");
  });

  it('is free without the link', () => {
    expect(theResource('closed', 'Web/staticSites').sku?.name).toBe('Free');
  });

  it('leaves the sign-in of the function app to the link', () => {
    const names = VARIANT_NAMES.flatMap((variant) => resourcesOf(variant, 'Web/sites/config').map(({ name }) => name));
    expect(names.filter((name) => /authsettings/i.test(name))).toEqual([]);
  });
});

interface Sizes {
  instanceMemoryInMegabytes: number;
  maximumInstances: number;
  activitiesPerInstance: number;
  duckdbMemoryInMegabytes: number;
  duckdbSpillInMegabytes: number;
  postgres: { userConnections: number; connectionsOfSteps: number; connectionsOfRequests: number };
}
