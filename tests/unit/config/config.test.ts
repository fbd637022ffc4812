import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig, duckdbMemory } from '../../../lib/config/readConfig';
import { SETTING_NAMES } from '../../../lib/config/settings';
import { FaultList } from '../../../lib/problems/problem';

const valid = {
  LAKE_CONNECTION_STRING: 'AccountName=a;AccountKey=b;BlobEndpoint=http://127.0.0.1:10000/a',
  POSTGRES_URL: 'postgres://u:p@127.0.0.1:5432/db',
  QDRANT_URL: 'http://127.0.0.1:6333',
};

function faultsOf(environment: Record<string, string>): FaultList {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof FaultList) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('readConfig', () => {
  it('fills in defaults', () => {
    const config = readConfig(valid);
    expect(config.lake.containers.processed).toBe('processed-data');
    expect(config.embedding).toEqual({ provider: 'local', precision: 'int8', threads: 2, tokens: 64 });
    expect(config.answering).toEqual({ provider: 'extractive' });
  });

  it('names every missing and wrong setting at once', () => {
    const error = faultsOf({ LAKE_RAW_CONTAINER: 'No Good', PARQUET_CODEC: 'gzip', QDRANT_URL: 'qdrant' });
    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.faults.map(({ code, where }) => `${code} ${where?.setting}`)).toEqual([
      'SETTING_INVALID LAKE_RAW_CONTAINER',
      'SETTING_INVALID PARQUET_CODEC',
      'SETTING_INVALID QDRANT_URL',
      'SETTING_MISSING LAKE_CONNECTION_STRING',
      'SETTING_MISSING POSTGRES_URL',
    ]);
    expect(error.message).toContain('found "gzip"');
    expect(error.message).toContain('for example postgres://');
  });

  it.each([
    ['INGEST_SCHEDULE', 'a b c d e f'],
    ['INGEST_SCHEDULE', '0 0 25 * * *'],
    ['INGEST_SCHEDULE', '0 0 1 * *'],
    ['INGEST_SCHEDULE', '0 0 5-1 * * *'],
    ['INGEST_SCHEDULE', '0 */0 1 * * *'],
    ['INGEST_SCHEDULE', '0 0 1 * * FRIEND'],
    ['CONTRACTS_DIRECTORY', '/nowhere/contracts'],
    ['LAKE_CONNECTION_STRING', 'AccountName=a'],
    ['LAKE_CONNECTION_STRING', 'BlobEndpoint=https://a.blob.core.windows.net'],
  ])('refuses %s=%s at the start, together with the other faults', (setting, value) => {
    const { faults } = faultsOf({ ...valid, LOCAL_EMBEDDING_THREADS: '0', [setting]: value });
    expect(faults.map(({ where }) => where?.setting).sort()).toEqual([setting, 'LOCAL_EMBEDDING_THREADS'].sort());
  });

  it.each(['0 0 1 * * *', '0 */15 8-18 * * MON-FRI', '30 0,30 0/2 1 jan,July sunday', '  0 0 1 31 12 6 '])(
    'accepts the schedule %s',
    (schedule) => expect(() => readConfig({ ...valid, INGEST_SCHEDULE: schedule })).not.toThrow(),
  );

  it('requires the settings of the chosen provider', () => {
    const error = faultsOf({ ...valid, EMBEDDING_PROVIDER: 'azure-openai', ANSWER_PROVIDER: 'openai' });
    expect(error.faults.map(({ where }) => where?.setting)).toEqual([
      'AZURE_OPENAI_ENDPOINT',
      'AZURE_OPENAI_EMBEDDING_DEPLOYMENT',
      'OPENAI_API_KEY',
      'OPENAI_CHAT_MODEL',
    ]);
  });

  it('never shows a secret', () => {
    expect(faultsOf({ ...valid, POSTGRES_URL: 'hunter2' }).message).not.toContain('hunter2');
  });

  it('uses the identity of the app when only the account is given', () => {
    const { LAKE_CONNECTION_STRING: _, ...rest } = valid;
    const config = readConfig({ ...rest, LAKE_ACCOUNT_URL: 'https://lake.blob.core.windows.net' });
    expect(config.lake.access).toEqual({ kind: 'identity', accountUrl: 'https://lake.blob.core.windows.net' });
  });

  const { POSTGRES_URL: _url, ...withoutPostgres } = valid;
  const byIdentity = {
    ...withoutPostgres,
    POSTGRES_AUTHENTICATION: 'identity',
    POSTGRES_HOST: 'db.postgres.database.azure.com',
    POSTGRES_DATABASE: 'pipeline',
    POSTGRES_USER: 'id-pipeline',
  };

  it('signs in to PostgreSQL with the identity of the app', () => {
    expect(readConfig(byIdentity).postgres).toEqual({
      kind: 'identity',
      host: 'db.postgres.database.azure.com',
      port: 5432,
      database: 'pipeline',
      user: 'id-pipeline',
    });
  });

  it('has other defaults in Azure, and keeps what is set there', () => {
    const inAzure = { ...valid, WEBSITE_SITE_NAME: 'site' };
    expect(readConfig(valid)).toMatchObject({
      postgresConnections: { steps: 8, requests: 4 },
      answerTimeoutInMilliseconds: 60_000,
    });
    expect(readConfig(inAzure)).toMatchObject({
      postgresConnections: { steps: 3, requests: 2 },
      answerTimeoutInMilliseconds: 40_000,
    });
    expect(readConfig({ ...inAzure, POSTGRES_CONNECTIONS: '5' }).postgresConnections.steps).toBe(5);
  });

  const activities = (count: number) => ({
    AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions: `${count}`,
  });
  const inInstance = { ...valid, WEBSITE_SITE_NAME: 'site' };

  it.each([
    ['memory', { DUCKDB_MEMORY_MEGABYTES: '387', ...activities(4) }, { DUCKDB_MEMORY_MEGABYTES: '388' }, '2052 MB: 4'],
    ['memory', { TEMPORARY_DISK_MEGABYTES: '960' }, activities(5), '2420 MB: 5 activities at once with 384 MB each'],
    ['disk', { DUCKDB_SPILL_MEGABYTES: '72' }, { DUCKDB_SPILL_MEGABYTES: '73' }, '804 MB: 4'],
    ['disk', { BLOCK_CACHE_MEGABYTES: '32' }, { BLOCK_CACHE_MEGABYTES: '33' }, '801 MB: 4 activities at once'],
    ['disk', { RANGE_MEGABYTES: '34' }, { RANGE_MEGABYTES: '35' }, '816 MB: 4 activities at once with 4 times 35 MB'],
  ])('of an instance, its %s bounds what its activities may use together', (_what, fitting, tooMuch, found) => {
    expect(() => readConfig({ ...inInstance, ...fitting })).not.toThrow();
    const { faults } = faultsOf({ ...inInstance, ...fitting, ...tooMuch });
    expect(faults).toEqual([expect.objectContaining({ code: 'SETTING_CONFLICT' })]);
    expect(faults[0]?.found).toContain(found);
  });

  it('takes the number of activities from host.json, and a machine without limits for what it is', () => {
    expect(faultsOf({ ...valid, INSTANCE_MEMORY_MEGABYTES: '4595' }).faults[0]?.found).toContain('4 activities');
    expect(() => readConfig({ ...valid, INSTANCE_MEMORY_MEGABYTES: '4596' })).not.toThrow();
    expect(() => readConfig({ ...valid, DUCKDB_MEMORY_MEGABYTES: '65536' })).not.toThrow();
  });

  it('wants a limit of spill files where the size of the disk is known', () => {
    expect(faultsOf({ ...valid, TEMPORARY_DISK_MEGABYTES: '100000' }).faults).toMatchObject([
      { code: 'SETTING_CONFLICT', where: { setting: 'DUCKDB_SPILL_MEGABYTES' } },
    ]);
  });

  it.each([
    ['nothing of PostgreSQL', withoutPostgres, ['SETTING_MISSING POSTGRES_URL']],
    [
      'identity alone',
      { ...withoutPostgres, POSTGRES_AUTHENTICATION: 'identity' },
      ['SETTING_MISSING POSTGRES_HOST', 'SETTING_MISSING POSTGRES_DATABASE', 'SETTING_MISSING POSTGRES_USER'],
    ],
    [
      'identity and a URL',
      { ...byIdentity, POSTGRES_URL: 'postgres://u:p@127.0.0.1/db' },
      ['SETTING_CONFLICT POSTGRES_URL'],
    ],
    ['a host without identity', { ...valid, POSTGRES_HOST: 'db' }, ['SETTING_CONFLICT POSTGRES_HOST']],
  ])('refuses %s', (_what, environment, expected) => {
    const { faults } = faultsOf(environment);
    expect(faults.map(({ code, where }) => `${code} ${where?.setting}`)).toEqual(expected);
  });

  it.each([
    ['postgres://u:p@shop:5432/db', { kind: 'url', url: 'postgres://u:p@shop:5432/db' }],
    [
      'postgres://team%40example.com@shop/sales?authentication=identity',
      { kind: 'identity', host: 'shop', port: 5432, database: 'sales', user: 'team@example.com' },
    ],
  ])('reads the SQL source %s', (value, expected) => {
    expect(readConfig({ ...valid, SQL_SOURCE_SHOP: value }).sqlSources).toEqual({ SQL_SOURCE_SHOP: expected });
  });

  it.each([
    'shop',
    'postgres://u:hunter2@shop/db?authentication=identity',
    'postgres://shop/db?authentication=identity',
    'postgres://u@shop?authentication=identity',
    'postgres://u:hunter2@shop/db?authentication=kerberos',
  ])('refuses the SQL source %s and does not show its password', (value) => {
    const { faults, message } = faultsOf({ ...valid, SQL_SOURCE_SHOP: value });
    expect(faults).toMatchObject([{ code: 'SETTING_INVALID', where: { setting: 'SQL_SOURCE_SHOP' } }]);
    expect(message).not.toContain('hunter2');
  });

  it("starts a relative path at the app's folder, whatever the working directory is", () => {
    const elsewhere = jest.spyOn(process, 'cwd').mockReturnValue('/');
    try {
      const { contracts } = readConfig({ ...valid, CONTRACTS_DIRECTORY: 'samples/contracts' });
      expect(contracts).toEqual({ kind: 'folder', folder: path.join(__dirname, '../../../samples/contracts') });
    } finally {
      elsewhere.mockRestore();
    }
  });

  it('takes the contracts from a container of the lake when one is named', () => {
    const { contracts } = readConfig({ ...valid, CONTRACTS_CONTAINER: 'contracts' });
    expect(contracts).toEqual({ kind: 'container', container: 'contracts' });
  });

  it('lists each setting once', () => {
    expect(new Set(SETTING_NAMES).size).toBe(SETTING_NAMES.length);
  });
});

describe('local.settings.sample.json', () => {
  const sample = JSON.parse(readFileSync(path.join(__dirname, '../../../local.settings.sample.json'), 'utf8')) as {
    Values: Record<string, string>;
  };
  const { FUNCTIONS_WORKER_RUNTIME: _runtime, AzureWebJobsStorage: _storage, ...values } = sample.Values;

  it('has exactly the settings that the app reads', () => {
    expect(Object.keys(values)).toEqual(SETTING_NAMES);
  });

  it('is accepted without changes', () => {
    expect(() => readConfig(values)).not.toThrow();
  });
});

it('commands without other settings read the memory limit alone', () => {
  expect(duckdbMemory({})).toBe(1024);
  expect(duckdbMemory({ DUCKDB_MEMORY_MEGABYTES: ' 4096 ' })).toBe(4096);
  expect(() => duckdbMemory({ DUCKDB_MEMORY_MEGABYTES: 'much' })).toThrow(
    expect.objectContaining({ code: 'SETTING_INVALID', where: { setting: 'DUCKDB_MEMORY_MEGABYTES' } }) as Error,
  );
});
