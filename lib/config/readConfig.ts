import { ingestSettings } from './settings/ingest';
import { FaultList, PipelineError, type Problem } from '../problems/problem';
import { toConfig, type Config, type PostgresAccess } from './config';
import { activitiesAtOnce, instanceFaults } from './instanceLimits';
import { SETTING_NAMES, SETTINGS, settingsSchema, SQL_SOURCE_PREFIX, type SettingName } from './settings';
import { sqlSourceAccess } from './sqlSourceAccess';

/**
 * Reads the configuration of the app from its settings (environment variables, in Azure the app settings). Nothing else reads
 * settings. An empty value counts as absent. Throws FaultList CONFIGURATION_INVALID with one fault for each missing or wrong
 * setting.
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const inAzure = isInAzure(environment);
  const given = Object.fromEntries(SETTING_NAMES.map((name) => [name, environment[name]?.trim() || undefined]));
  const withDefaults = SETTING_NAMES.map((name) => [
    name,
    given[name] ?? (inAzure ? SETTINGS[name].inAzure : undefined),
  ]);
  const parsed = settingsSchema.safeParse(Object.fromEntries(withDefaults));
  const faults: Problem[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const name = issue.path[0] as SettingName;
        return given[name] === undefined ? missing(name) : wrong(name, given[name], issue.message);
      });
  const present = new Set<SettingName>(SETTING_NAMES.filter((name) => given[name] !== undefined));
  faults.push(...missingTogether(given, present), ...misplaced(given, inAzure));
  if (parsed.success) faults.push(...instanceFaults(parsed.data, activitiesAtOnce(environment)));
  const sqlSources = sqlSourcesOf(environment, faults);
  if (!parsed.success || faults.length > 0) {
    throw new FaultList(
      'CONFIGURATION_INVALID',
      `${faults.length} setting${faults.length === 1 ? ' is' : 's are'} missing or wrong; the app does not start.`,
      faults,
      {
        remedy:
          'Set them in local.settings.json, the environment or the app settings; local.settings.sample.json has all.',
      },
    );
  }
  return { ...toConfig(parsed.data), sqlSources };
}

/** The memory limit of the query engine, for commands that need no other setting. Error: SETTING_INVALID. */
export function duckdbMemory(environment: Record<string, string | undefined> = process.env): number {
  const given = environment['DUCKDB_MEMORY_MEGABYTES']?.trim() || undefined;
  const parsed = ingestSettings.DUCKDB_MEMORY_MEGABYTES.schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { code, message, ...options } = wrong(
    'DUCKDB_MEMORY_MEGABYTES',
    given ?? '',
    parsed.error.issues[0]?.message ?? '',
  );
  throw new PipelineError(code, message, options);
}

/** Settings whose names the contracts choose: one for each SQL source. */
function sqlSourcesOf(
  environment: Record<string, string | undefined>,
  faults: Problem[],
): Record<string, PostgresAccess> {
  const sources: Record<string, PostgresAccess> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(SQL_SOURCE_PREFIX) || !value?.trim()) continue;
    const access = sqlSourceAccess(value.trim());
    if ('kind' in access) sources[name] = access;
    else {
      faults.push({
        code: 'SETTING_INVALID',
        message: `${name} is not valid`,
        found: access.found,
        expected: access.expected,
        where: { setting: name },
      });
    }
  }
  return sources;
}

/** The SQL source in the setting that a contract names. Error: SETTING_MISSING. */
export function sqlSource({ sqlSources }: Pick<Config, 'sqlSources'>, setting: string): PostgresAccess {
  const source = sqlSources[setting];
  if (source !== undefined) return source;
  throw new PipelineError('SETTING_MISSING', `${setting} is not set; a contract needs it to read its rows.`, {
    expected: `for example ${SETTINGS.POSTGRES_URL.example}`,
    where: { setting },
    remedy: 'Set it in local.settings.json, the environment or the app settings.',
  });
}

/** Faults in the combination of settings. */
function missingTogether(given: Partial<Record<SettingName, string>>, present: Set<SettingName>): Problem[] {
  const faults: Problem[] = [];
  const need = (name: SettingName, why: string): void => {
    if (!present.has(name)) faults.push(missing(name, why));
  };
  if (!present.has('LAKE_CONNECTION_STRING') && !present.has('LAKE_ACCOUNT_URL')) {
    faults.push(missing('LAKE_CONNECTION_STRING', 'or LAKE_ACCOUNT_URL to use the identity of the app'));
  }
  if (present.has('LAKE_CONNECTION_STRING') && present.has('LAKE_ACCOUNT_URL')) {
    faults.push(
      conflict('LAKE_ACCOUNT_URL', 'LAKE_CONNECTION_STRING and LAKE_ACCOUNT_URL are both set', 'one of them'),
    );
  }
  if (given.POSTGRES_AUTHENTICATION === 'identity') {
    const why = 'because POSTGRES_AUTHENTICATION is identity';
    for (const name of ['POSTGRES_HOST', 'POSTGRES_DATABASE', 'POSTGRES_USER'] as const) need(name, why);
    if (present.has('POSTGRES_URL')) {
      faults.push(
        conflict('POSTGRES_URL', 'POSTGRES_URL is set and POSTGRES_AUTHENTICATION is identity', 'one of them'),
      );
    }
  } else {
    need('POSTGRES_URL', 'or POSTGRES_AUTHENTICATION=identity with POSTGRES_HOST to use the identity of the app');
    if (present.has('POSTGRES_HOST')) {
      faults.push(conflict('POSTGRES_HOST', 'POSTGRES_HOST is set without POSTGRES_AUTHENTICATION=identity', 'both'));
    }
  }
  for (const [provider, embedding] of [
    ['EMBEDDING_PROVIDER', true],
    ['ANSWER_PROVIDER', false],
  ] as const) {
    const why = `because ${provider} is ${given[provider]}`;
    if (given[provider] === 'azure-openai') {
      need('AZURE_OPENAI_ENDPOINT', why);
      need(embedding ? 'AZURE_OPENAI_EMBEDDING_DEPLOYMENT' : 'AZURE_OPENAI_CHAT_DEPLOYMENT', why);
    }
    if (given[provider] === 'openai') {
      need('OPENAI_API_KEY', why);
      if (!embedding) need('OPENAI_CHAT_MODEL', why);
    }
  }
  const why = `because TELEMETRY_EXPORTER is ${given.TELEMETRY_EXPORTER}`;
  if (given.TELEMETRY_EXPORTER === 'azure-monitor') need('APPLICATIONINSIGHTS_CONNECTION_STRING', why);
  if (given.TELEMETRY_EXPORTER === 'file') need('LOCAL_DATA_DIRECTORY', why);
  if (present.has('ENTRA_TENANT_ID')) need('ENTRA_AUDIENCE', 'because ENTRA_TENANT_ID is set');
  if (present.has('ENTRA_AUDIENCE')) need('ENTRA_TENANT_ID', 'because ENTRA_AUDIENCE is set');
  const seen = new Set<string>();
  return faults.filter(({ where }) => {
    const key = where?.setting ?? '';
    return !seen.has(key) && seen.add(key);
  });
}

/** Azure gives every function app its site name; no host on a developer's machine does. */
function isInAzure(environment: Record<string, string | undefined>): boolean {
  return !!environment.WEBSITE_SITE_NAME;
}

/** Ways to know a caller that anyone could forge where the app runs. */
function misplaced(given: Partial<Record<SettingName, string>>, inAzure: boolean): Problem[] {
  return [
    ...(given.LOCAL_TOKEN !== undefined && inAzure
      ? [
          conflict(
            'LOCAL_TOKEN',
            'LOCAL_TOKEN is set in Azure',
            'ENTRA_TENANT_ID and ENTRA_AUDIENCE, or PLATFORM_IDENTITY',
          ),
        ]
      : []),
    ...(given.PLATFORM_IDENTITY === 'true' && !inAzure
      ? [
          conflict(
            'PLATFORM_IDENTITY',
            'PLATFORM_IDENTITY is true and the app does not run in Azure, so that anyone could send the header',
            'no PLATFORM_IDENTITY outside Azure',
          ),
        ]
      : []),
  ];
}

function conflict(setting: SettingName, message: string, expected: string): Problem {
  return { code: 'SETTING_CONFLICT', message, expected, where: { setting } };
}

function missing(name: SettingName, why?: string): Problem {
  return {
    code: 'SETTING_MISSING',
    message: `${name} is not set${why === undefined ? '' : ` (${why})`}`,
    expected: SETTINGS[name].example === undefined ? undefined : `for example ${SETTINGS[name].example}`,
    where: { setting: name },
  };
}

function wrong(name: SettingName, value: string | undefined, expected: string): Problem {
  const example = SETTINGS[name].example === undefined ? '' : `, for example ${SETTINGS[name].example}`;
  return {
    code: 'SETTING_INVALID',
    message: `${name} is not valid`,
    found: SETTINGS[name].isSecret ? 'a value that is kept secret' : JSON.stringify(value),
    expected: `${expected}${example}`,
    where: { setting: name },
  };
}
