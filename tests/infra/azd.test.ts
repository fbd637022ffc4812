import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { INFRA } from '../support/infra/render';
import { compiled, describeRendered } from '../support/infra/rendered';

const root = path.dirname(INFRA);
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const azure = parse(read('azure.yaml')) as Azure;
const { parameters } = JSON.parse(read('infra/main.parameters.json')) as {
  parameters: Record<string, { value: string }>;
};
/** Names of environment variables, each with the parameter that takes it. */
const variables = Object.entries(parameters).map(([parameter, { value }]) => ({
  parameter,
  variable: /^\$\{(\w+)(?:=([^}]*))?\}$/.exec(value)?.[1],
  fallback: /^\$\{(\w+)(?:=([^}]*))?\}$/.exec(value)?.[2],
}));

describe('azure.yaml', () => {
  it('deploys the package as it is, and nothing is built in Azure', () => {
    expect(azure.services.api).toMatchObject({
      project: '.',
      dist: 'build/functions',
      language: 'ts',
      host: 'function',
      remoteBuild: false,
    });
    expect(azure.services.api.hooks?.prepackage?.run).toContain('npm run package');
    // With node_modules in it azd refuses remoteBuild: false.
    expect(read('.funcignore').split('\n')).not.toContain('node_modules');
  });

  it('deploys the web app from where its build is', () => {
    const { web } = azure.services;
    expect(web).toMatchObject({ project: './static-web', dist: 'dist', host: 'staticwebapp' });
    const { scripts } = JSON.parse(read('static-web/package.json')) as { scripts: Record<string, string> };
    expect(scripts.build).toContain('vite build');
    expect(existsSync(path.join(root, 'static-web/public/staticwebapp.config.json'))).toBe(true);
  });

  it('names hooks that exist', () => {
    const hooks = Object.values(azure.hooks).map(({ run }) => run);
    expect(Object.keys(azure.hooks)).toEqual(['preprovision', 'postprovision', 'postdeploy']);
    expect(hooks.filter((run) => !existsSync(path.join(root, run)))).toEqual([]);
  });

  it('asks for an azd that knows remoteBuild', () => {
    expect(azure.requiredVersions.azd).toBe('>= 1.23.5');
  });
});

describe('infra/main.parameters.json', () => {
  it('takes every value from the environment', () => {
    expect(variables.filter(({ variable }) => variable === undefined)).toEqual([]);
    expect(new Set(variables.map(({ variable }) => variable)).size).toBe(variables.length);
  });

  it('has variables that docs/infrastructure.md explains', () => {
    const page = read('docs/infrastructure.md');
    const ofAzd = ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_PRINCIPAL_ID', 'AZURE_PRINCIPAL_TYPE'];
    const ofHooks = ['BUDGET_START', 'QDRANT_SSH_PUBLIC_KEY', 'QDRANT_CERTIFICATE'];
    const silent = variables.filter(
      ({ variable }) => ![...ofAzd, ...ofHooks].includes(variable ?? '') && !page.includes(`\`${variable}\``),
    );
    expect(silent.map(({ variable }) => variable)).toEqual([]);
  });

  it('has the same variables as the parameter files of the environments', () => {
    const names = variables.map(({ variable }) => variable);
    for (const environment of ['staging', 'production']) {
      const used = [
        ...read(`infra/environments/${environment}.bicepparam`).matchAll(/readEnvironmentVariable\(\s*'(\w+)'/g),
      ];
      expect(used.length).toBeGreaterThan(5);
      expect(used.map((match) => match[1]).filter((name) => !names.includes(name))).toEqual([]);
    }
  });
});

describeRendered('infra/main.parameters.json', () => {
  it('has the parameters of main.bicep, but for one whose value has spaces', () => {
    const missing = Object.keys(compiled().parameters).filter((name) => !(name in parameters));
    expect(missing).toEqual(['ingestSchedule']);
    expect(Object.keys(parameters).filter((name) => !(name in compiled().parameters))).toEqual([]);
  });

  it('has the defaults of main.bicep', () => {
    const declared = compiled().parameters as Record<string, { defaultValue?: unknown }>;
    const different = variables.filter(({ parameter, fallback }) => {
      const value = declared[parameter]?.defaultValue;
      return fallback !== undefined && fallback !== String(value);
    });
    expect(different.map(({ parameter }) => parameter)).toEqual([]);
  });
});

interface Azure {
  requiredVersions: { azd: string };
  services: Record<'api' | 'web', Record<string, unknown> & { hooks?: Record<string, { run: string }> }>;
  hooks: Record<string, { run: string }>;
}
