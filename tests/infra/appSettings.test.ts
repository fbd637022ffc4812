import { SETTING_NAMES } from '../../lib/config/settings';
import { appSettings, describeRendered, VARIANT_NAMES } from '../support/infra/rendered';

// App settings in Azure are the settings of the app. A setting that is added to the app must be set in main.bicep, or be
// listed here with the reason why not.

const LEFT_TO_ITS_DEFAULT: Record<string, string> = {
  LAKE_CONNECTION_STRING: 'the app opens the lake with its identity',
  PARQUET_CODEC: 'the default is the format that every reader knows',
  CONTRACTS_DIRECTORY: 'contracts are in the lake; those of the sample are in the package',
  TEMPORARY_DIRECTORY: "the system's folder is the temporary disk of the instance",
  LOCAL_DATA_DIRECTORY: 'no service runs on the instance',
  TEMPORARY_DISK_MEGABYTES: 'the default in Azure is what an instance of a Flex Consumption plan has',
  RANGE_MEGABYTES: 'the default in Azure fits the temporary disk',
  UNPACKED_RATIO_LIMIT: 'does not depend on where the app runs',
  UNPACKED_MEGABYTES_LIMIT: 'does not depend on where the app runs',
  QUALITY_RULE_TIMEOUT_SECONDS: 'does not depend on where the app runs',
  BLOCK_CACHE_MEGABYTES: 'the temporary disk is small, so nothing is kept on it',
  POSTGRES_PORT: 'the server listens on the usual one',
  POSTGRES_URL: 'host, database and user are set apart, and there is no password',
  REQUEST_QUERY_TIMEOUT_SECONDS: 'does not depend on where the app runs',
  QDRANT_ALIAS: 'one Qdrant serves one environment',
  QDRANT_HNSW_EF: 'does not depend on where the app runs',
  QDRANT_COMPRESSION: 'auto compresses what comes over a network',
  LOCAL_EMBEDDING_PRECISION: 'does not depend on where the app runs',
  LOCAL_EMBEDDING_THREADS: 'the largest instance has two cores',
  LOCAL_EMBEDDING_TOKENS: 'vectors of two settings cannot be compared',
  ANSWER_REASONING_EFFORT: 'does not depend on where the app runs',
  ANSWER_TOKENS: 'does not depend on where the app runs',
  ANSWERS_AT_WORK: 'does not depend on where the app runs',
  ANSWERS_WAITING: 'does not depend on where the app runs',
  AZURE_OPENAI_API_KEY: 'the app asks with its identity',
  AZURE_OPENAI_API_VERSION: 'the API v1 has no version',
  OPENAI_BASE_URL: 'another service than Azure OpenAI is set by hand',
  OPENAI_API_KEY: 'another service than Azure OpenAI is set by hand',
  OPENAI_EMBEDDING_MODEL: 'another service than Azure OpenAI is set by hand',
  OPENAI_CHAT_MODEL: 'another service than Azure OpenAI is set by hand',
  ENTRA_AUTHORITY: 'the default is the public cloud',
  ALLOW_ANONYMOUS: 'callers without an identity get nothing',
  ANONYMOUS_ROLES: 'callers without an identity get nothing',
  ALLOWED_ORIGINS: 'the web app has the same origin',
  ALL_DOCUMENTS_GROUP: 'the group is known after contracts limit access',
  TELEMETRY_SAMPLING_RATIO: 'a run has few spans; the workspace has a daily limit',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'traces go to Application Insights',
  OTEL_EXPORTER_OTLP_HEADERS: 'traces go to Application Insights',
  LOCAL_TOKEN: 'refused in Azure',
  LOCAL_USER: 'refused in Azure',
  PRICES: 'list prices hold until an agreement says otherwise',
};

/** Settings of the platform, not of the app. */
const PLATFORM =
  /^(AzureWebJobsStorage__|AzureFunctionsJobHost__|APPLICATIONINSIGHTS_|AZURE_CLIENT_ID$|AZURE_TOKEN_CREDENTIALS$|DURABLE_TASK_SCHEDULER_CONNECTION_STRING$)/;

const schema = SETTING_NAMES as string[];

describeRendered('app settings', () => {
  const set = (): string[] => [...new Set(VARIANT_NAMES.flatMap((variant) => Object.keys(appSettings(variant))))];

  it('set every setting of the app, or the list here says why not', () => {
    const unset = schema.filter((name) => !set().includes(name) && !(name in LEFT_TO_ITS_DEFAULT));
    expect(unset).toEqual([]);
    const both = Object.keys(LEFT_TO_ITS_DEFAULT).filter((name) => set().includes(name));
    expect(both).toEqual([]);
    const gone = Object.keys(LEFT_TO_ITS_DEFAULT).filter((name) => !schema.includes(name));
    expect(gone).toEqual([]);
  });

  it('set nothing that neither the app nor the platform reads', () => {
    const unknown = set().filter((name) => !schema.includes(name) && !PLATFORM.test(name));
    expect(unknown).toEqual([]);
  });

  it.each(VARIANT_NAMES)('of %s are texts, and none is empty', (variant) => {
    const wrong = Object.entries(appSettings(variant)).filter(([, value]) => typeof value !== 'string' || value === '');
    expect(wrong).toEqual([]);
  });

  it('open the host storage with the identity: all five settings, and no connection string', () => {
    const names = Object.keys(appSettings('staging')).filter((name) => name.startsWith('AzureWebJobsStorage'));
    expect(names.sort()).toEqual([
      'AzureWebJobsStorage__blobServiceUri',
      'AzureWebJobsStorage__clientId',
      'AzureWebJobsStorage__credential',
      'AzureWebJobsStorage__queueServiceUri',
      'AzureWebJobsStorage__tableServiceUri',
    ]);
  });

  it.each(VARIANT_NAMES)('of %s contain no secret: the key of Qdrant is a reference to the vault', (variant) => {
    const settings = appSettings(variant);
    const names = Object.keys(settings).filter((name) => /KEY|SECRET|PASSWORD|TOKEN$/.test(name));
    expect(names).toEqual(variant === 'least' ? [] : ['QDRANT_API_KEY']);
    if (settings.QDRANT_API_KEY) expect(settings.QDRANT_API_KEY).toContain('@Microsoft.KeyVault(SecretUri={0})');
    expect(
      Object.values(settings).filter((value) => /AccountKey=|SharedAccessSignature|\blist[A-Z]\w*\(/.test(value)),
    ).toEqual([]);
  });

  it('trust the header of the signed-in person only behind the link, which replaces it', () => {
    expect(appSettings('staging').PLATFORM_IDENTITY).toBe('true');
    expect(appSettings('closed').PLATFORM_IDENTITY).toBe('false');
  });

  it('end an answer before the Static Web App ends the request after 45 seconds', () => {
    for (const variant of VARIANT_NAMES) {
      expect(Number(appSettings(variant).ANSWER_TIMEOUT_SECONDS)).toBeLessThan(45);
    }
  });

  it('give each environment a task hub of its own, with a name that the hub allows', () => {
    const hubs = VARIANT_NAMES.map(
      (variant) => appSettings(variant).AzureFunctionsJobHost__extensions__durableTask__hubName ?? '',
    );
    for (const hub of hubs) expect(hub).toMatch(/^[A-Za-z][A-Za-z0-9]{2,44}$/);
    expect(hubs[0]).not.toBe(hubs[1]);
  });

  it('let a blocked run wait longer than the day after which its alert comes', () => {
    expect(Number(appSettings('production').GATE_DECISION_TIMEOUT_HOURS)).toBeGreaterThan(24);
  });

  it('name the scheduler with the identity, and only where there is one', () => {
    const name = 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING';
    expect(appSettings('scheduler')[name]).toContain('Endpoint={0};Authentication=ManagedIdentity;ClientID={1}');
    expect(appSettings('staging')[name]).toBeUndefined();
  });

  it('name the deployments that exist, and only where there are models', () => {
    expect(appSettings('models')).toMatchObject({
      EMBEDDING_PROVIDER: 'azure-openai',
      ANSWER_PROVIDER: 'azure-openai',
      AZURE_OPENAI_EMBEDDING_DEPLOYMENT: 'text-embedding-3-small',
      AZURE_OPENAI_CHAT_DEPLOYMENT: 'gpt-5.4-mini',
    });
    expect(Object.keys(appSettings('staging')).filter((setting) => setting.startsWith('AZURE_OPENAI'))).toEqual([]);
  });
});
