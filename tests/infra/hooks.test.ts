import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RUN_EVENT_PREFIX } from '../../lib/runs/runEvent';
import { INFRA } from '../support/infra/render';
import { runHook } from '../support/infra/standIns';

const HOOKS = path.join(INFRA, 'hooks');
const scripts = readdirSync(HOOKS).filter((file) => file.endsWith('.sh'));
const registered = `'az provider show'*) echo Registered ;;`;
const count = (calls: string[], start: string): number => calls.filter((call) => call.startsWith(start)).length;

describe('the hooks', () => {
  it.each(scripts)('%s is valid POSIX shell that stops at the first error', (script) => {
    execFileSync('/bin/sh', ['-n', path.join(HOOKS, script)]);
    const text = readFileSync(path.join(HOOKS, script), 'utf8');
    if (text.startsWith('#!')) expect(text).toMatch(/^#!\/bin\/sh\n[^]*^set -eu$/m);
    // Bash has more than POSIX, and /bin/sh often is not Bash.
    expect(text).not.toMatch(/\[\[ |^\s*(function|local|source) |<\(|\s\$'/m);
  });
});

describe('before provisioning', () => {
  const QDRANT_URL = 'https://qdrant.example.com:6333';

  it('registers only the providers that are not registered', () => {
    const { status, calls } = runHook(
      'preprovision.sh',
      { QDRANT_URL },
      `'az provider show --namespace Microsoft.App '*) echo NotRegistered ;;\n${registered}`,
    );
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith('az provider register'))).toEqual([
      'az provider register --namespace Microsoft.App --wait --output none',
    ]);
    expect(count(calls, 'azd')).toBe(0);
  });

  it('registers every provider of the resources that the templates create', () => {
    const { calls } = runHook('preprovision.sh', { QDRANT_URL }, registered);
    const asked = calls.map((call) => /--namespace (Microsoft\.\w+)/.exec(call)?.[1]);
    const bicep = readdirSync(path.join(INFRA, 'modules')).map((file) =>
      readFileSync(path.join(INFRA, 'modules', file), 'utf8'),
    );
    const used = [...bicep.join('\n').matchAll(/'(Microsoft\.\w+)\/\w+[^']*@/g)].map((match) => match[1]);
    const known = ['Microsoft.Authorization', 'Microsoft.Resources'];
    expect([...new Set(used)].filter((name) => !asked.includes(name) && !known.includes(name ?? ''))).toEqual([]);
  });

  it.each([
    [{}, 'QDRANT_URL is not set'],
    [{ QDRANT: 'vm' }, 'QDRANT_SHA256 is not set'],
    [{ QDRANT: 'vm', QDRANT_SHA256: 'abc' }, 'QDRANT_SHA256 is not set'],
  ])('refuses %j before anything is created', (environment: Record<string, string>, message) => {
    const { status, calls, stderr } = runHook('preprovision.sh', environment, registered);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(calls).toEqual([]);
  });

  it('makes a key for the machine of Qdrant once, and keeps the public half only', () => {
    const answers = `${registered}
      'az feature show'*) echo Registered ;;
      ssh-keygen*) for last; do :; done; echo private >"$last"; echo ssh-ed25519 AAAA pipeline-x >"$last.pub" ;;`;
    const machine = { QDRANT: 'vm', QDRANT_SHA256: 'a'.repeat(64) };
    const first = runHook('preprovision.sh', machine, answers);
    expect(first.status).toBe(0);
    expect(first.calls).toContain('azd env set QDRANT_SSH_PUBLIC_KEY ssh-ed25519 AAAA pipeline-x');
    expect(first.calls.join()).not.toContain('private');
    const second = runHook('preprovision.sh', { ...machine, QDRANT_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA' }, answers);
    expect(count(second.calls, 'ssh-keygen') + count(second.calls, 'azd')).toBe(0);
  });

  it('chooses the month of the budget once', () => {
    const first = runHook('preprovision.sh', { QDRANT_URL, MONTHLY_BUDGET: '100' }, registered);
    expect(first.calls.at(-1)).toMatch(/^azd env set BUDGET_START \d{4}-\d\d-01$/);
    const later = runHook(
      'preprovision.sh',
      { QDRANT_URL, MONTHLY_BUDGET: '100', BUDGET_START: '2026-12-01' },
      registered,
    );
    expect(count(later.calls, 'azd')).toBe(0);
  });
});

describe('the role in PostgreSQL', () => {
  const environment = {
    POSTGRES_HOST: 'psql-x.postgres.database.azure.com',
    POSTGRES_DATABASE: 'pipeline',
    POSTGRES_ADMINISTRATOR: 'deployer@example.com',
    APP_IDENTITY_NAME: 'id-app-x',
    APP_IDENTITY_PRINCIPAL_ID: '33333333-3333-3333-3333-333333333333',
  };
  const token = `'az account get-access-token --resource-type oss-rdbms'*) echo secret-token ;;`;

  it('is made in the database postgres, and its rights in the database of the app', () => {
    const { status, calls } = runHook(
      'databaseRole.sh',
      environment,
      `${token}\n'psql --version') echo 'psql (PostgreSQL) 17.2' ;;`,
    );
    const runs = calls.filter((call) => call.includes('--file'));
    expect(status).toBe(0);
    expect(runs.map((call) => /--dbname (\w+) --file .*\/(\w+\.sql)$/.exec(call)?.slice(1))).toEqual([
      ['postgres', 'databaseRole.sql'],
      ['pipeline', 'databaseRights.sql'],
    ]);
    expect(runs[0]).toContain('--set role=id-app-x --set object_id=33333333-3333-3333-3333-333333333333');
  });

  it.each([
    ['17.2', 'verify-full system'],
    ['15.6', 'require '],
  ])('sends the token with psql %s over TLS (%s), never as an argument', (version, expected) => {
    const { calls, stderr, stdout } = runHook(
      'databaseRole.sh',
      environment,
      `${token}\n'psql --version') echo 'psql (PostgreSQL) ${version}' ;;\npsql*) echo "$PGSSLMODE \${PGSSLROOTCERT:-} $PGUSER $PGPASSWORD" ;;`,
    );
    expect(stdout.split('\n')[0]).toBe(`${expected} deployer@example.com secret-token`);
    expect(calls.join('\n') + stderr).not.toContain('secret-token');
  });

  it('is tried again while the server is not ready', () => {
    const answers = `${token}
      'psql --version') echo 'psql (PostgreSQL) 17.2' ;;
      psql*databaseRole.sql) [ -e "$STATE" ] || { touch "$STATE"; exit 2; } ;;`;
    const { status, calls } = runHook('databaseRole.sh', environment, answers);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.endsWith('databaseRole.sql'))).toHaveLength(2);
  });

  it('says what to do when the server cannot be reached', () => {
    const { status, stderr } = runHook(
      'databaseRole.sh',
      environment,
      `'psql --version') echo 'psql (PostgreSQL) 17.2' ;;\npsql*) exit 2 ;;`,
    );
    expect(status).toBe(1);
    expect(stderr).toContain('azd env set ALLOWED_ADDRESS');
  });
});

describe('the certificate of Qdrant', () => {
  const environment = { QDRANT_MACHINE_NAME: 'vm-qdrant', AZURE_RESOURCE_GROUP: 'rg', SERVICE_API_NAME: 'func' };
  const answer = `'az vm run-command invoke'*) printf 'Enable succeeded: \\n[stdout]\\nLS0tLS1C\\n[stderr]\\n' ;;`;

  it('is read from the machine, set, and kept for the next deployment', () => {
    const { status, calls } = runHook('qdrantCertificate.sh', environment, answer);
    expect(status).toBe(0);
    expect(calls.slice(1)).toEqual([
      'azd env set QDRANT_CERTIFICATE LS0tLS1C',
      'az functionapp config appsettings set --resource-group rg --name func --settings QDRANT_CERTIFICATE=LS0tLS1C --output none',
    ]);
  });

  it('is not set again when it is the same, and not asked for without a machine', () => {
    expect(
      runHook('qdrantCertificate.sh', { ...environment, QDRANT_CERTIFICATE: 'LS0tLS1C' }, answer).calls,
    ).toHaveLength(1);
    expect(runHook('qdrantCertificate.sh', {}).calls).toEqual([]);
  });

  it('is waited for while the machine installs itself, and given up with a hint', () => {
    const { status, stderr, calls } = runHook(
      'qdrantCertificate.sh',
      environment,
      `'az vm run-command'*) printf 'Enable succeeded: \\n[stdout]\\n\\n[stderr]\\n' ;;`,
    );
    expect(status).toBe(1);
    expect(calls).toHaveLength(20);
    expect(stderr).toContain('cloud-init-output.log');
  });
});

describe('after deploying', () => {
  const environment = {
    LAKE_ACCOUNT_NAME: 'stlake',
    LAKE_RAW_CONTAINER: 'raw',
    CONTRACTS_CONTAINER: 'contracts',
    SERVICE_API_ID: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/func',
    SERVICE_API_ADDRESS: 'https://func.example.net',
    SERVICE_WEB_ADDRESS: 'https://web.example.net',
    LOG_WORKSPACE_ID: 'workspace',
  };
  const yesterday = (): string => new Date(Date.now() - 864e5).toISOString().slice(0, 10);

  it('uploads the contracts and the sample with the sign-in of whoever deploys', () => {
    const { status, calls } = runHook(
      'uploadSample.sh',
      environment,
      `*--destination-path*) ls "$TMPDIR"/*/*.csv | wc -l >&2 ;;`,
    );
    expect(status).toBe(0);
    expect(calls[0]).toMatch(/--destination contracts --source .*samples\/contracts --pattern \*\.yaml$/);
    expect(calls[1]).toContain(`--destination raw --destination-path state-of-the-union/${yesterday()} --source `);
    for (const call of calls)
      expect(call).toMatch(/^az storage blob upload-batch --auth-mode login --account-name stlake /);
  });

  it('behind the link starts the nightly function through Resource Manager and looks in the log for the end', () => {
    const answers = `curl*) printf 200 ;;
      *api.loganalytics.io*) if [ -e "$STATE" ]; then echo Completed; else touch "$STATE"; fi ;;`;
    const { status, calls, stderr } = runHook('smokeTest.sh', environment, answers);
    expect(status).toBe(0);
    expect(calls[0]).toContain('https://web.example.net/api/health');
    expect(calls[1]).toContain(`${environment.SERVICE_API_ID}/hostruntime/admin/functions/nightlyIngest?`);
    const body = JSON.parse(/--body (\{"query".*\}) --query/.exec(calls[2] ?? '')?.[1] ?? '') as { query: string };
    expect(body.query).toContain(`Message startswith '${RUN_EVENT_PREFIX}'`);
    expect(body.query).toContain(`substring(Message, ${RUN_EVENT_PREFIX.length})`);
    expect(body.query).toContain(`run.dataset == 'state-of-the-union' and run.date == '${yesterday()}'`);
    expect(calls).toHaveLength(4);
    expect(stderr).toContain('complete');
  });

  it('says that the app is deployed when Azure does not start the function', () => {
    const { status, stderr } = runHook('smokeTest.sh', environment, `curl*) printf 200 ;;\n'az rest'*) exit 1 ;;`);
    expect(status).toBe(1);
    expect(stderr).toContain('start its run on the runs page');
  });

  it('without the link starts the run at the API with a token', () => {
    const answers = `*api/health*) printf 200 ;;
      'az account get-access-token'*) echo token ;;
      *'--request POST'*) echo '{"id":"x"}' ;;
      *'/api/runs/ingest'*) echo '{"status":"Completed"}' ;;`;
    const { status, calls } = runHook(
      'smokeTest.sh',
      { ...environment, WEB_APP_LINKED: 'false', ENTRA_AUDIENCE: 'api://x' },
      answers,
    );
    expect(status).toBe(0);
    expect(calls[0]).toContain('https://func.example.net/api/health');
    expect(calls[1]).toContain('--scope api://x/.default');
    expect(calls[2]).toContain(
      '--data {"dataset":"state-of-the-union","date":"2021-04-28"} https://func.example.net/api/runs',
    );
    expect(calls[3]).toMatch(/https:\/\/func\.example\.net\/api\/runs\/ingest-state-of-the-union-2021-04-28$/);
  });

  it.each(['Failed', 'Blocked'])('fails when the run ends as %s', (end) => {
    const { status, stderr } = runHook(
      'smokeTest.sh',
      environment,
      `curl*) printf 200 ;;\n*api.loganalytics.io*) echo ${end} ;;`,
    );
    expect(status).toBe(1);
    expect(stderr).toContain(`: ${end}. `);
  });

  it('fails when the app does not become healthy, and says where its faults are', () => {
    const { status, stderr, calls } = runHook('smokeTest.sh', environment, `curl*) printf 503 ;;`);
    expect(status).toBe(1);
    expect(count(calls, 'curl')).toBe(30);
    expect(count(calls, 'az rest')).toBe(0);
    expect(stderr).toContain('answers 503');
    expect(stderr).toContain('az webapp log tail');
  });

  it('only waits until the app is healthy when SMOKE_TEST is health', () => {
    const { status, calls } = runHook(
      'postdeploy.sh',
      { ...environment, SMOKE_TEST: 'health' },
      `curl*) if [ -e "$STATE" ]; then printf 200; else touch "$STATE"; printf 503; fi ;;`,
    );
    expect(status).toBe(0);
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['curl', 'curl']);
  });

  it('does nothing when SMOKE_TEST is false', () => {
    expect(runHook('postdeploy.sh', { SMOKE_TEST: 'false' }).calls).toEqual([]);
  });
});

describe('in a pipeline', () => {
  const basics = { AZURE_ENV_NAME: 'pipeline-x', AZURE_LOCATION: 'swedencentral', AZURE_SUBSCRIPTION_ID: 'sub' };

  it('the values of the environment are the variables of the parameters that are set and not empty', () => {
    const { status, calls } = runHook('pipelineValues.sh', {
      ...basics,
      QDRANT_URL: 'https://qdrant.example.com:6333',
      PRIVATE_NETWORK: '',
      ALERT_EMAILS: 'one@example.com, two@example.com',
      SOMETHING_ELSE: 'x',
    });
    expect(status).toBe(0);
    expect(calls).toEqual([
      'azd env new pipeline-x --location swedencentral --subscription sub --no-prompt',
      'azd env set AZURE_ENV_NAME pipeline-x',
      'azd env set AZURE_LOCATION swedencentral',
      'azd env set QDRANT_URL https://qdrant.example.com:6333',
      'azd env set ALERT_EMAILS one@example.com, two@example.com',
    ]);
  });

  it('an environment without a name is refused before anything is set', () => {
    const { status, calls } = runHook('pipelineValues.sh', { QDRANT_URL: 'https://qdrant.example.com:6333' });
    expect([status === 0, calls]).toEqual([false, []]);
  });
});
