import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadParser } from '../../support/workflows/loadParser';
import { jobsOf, referencesIn, ROOT, workflows } from '../../support/workflows/workflows';

const all = workflows();
const jobs = jobsOf(all);
const steps = jobs.flatMap(({ where, job }) => (job.steps ?? []).map((step) => ({ where, step })));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Commits of their tags, looked up in the repositories on 2026-11-27, with the inputs that their action.yml has there. */
const ACTIONS: Record<string, { commit: string; version: string; inputs: string[] }> = {
  'actions/checkout': {
    commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
    version: 'v7.0.1',
    inputs: ['persist-credentials', 'ref', 'fetch-depth'],
  },
  'actions/setup-node': {
    commit: '820762786026740c76f36085b0efc47a31fe5020',
    version: 'v7.0.0',
    inputs: ['node-version', 'cache'],
  },
  'actions/upload-artifact': {
    commit: 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f',
    version: 'v7.0.0',
    inputs: ['name', 'path', 'if-no-files-found', 'retention-days'],
  },
  'actions/download-artifact': {
    commit: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c',
    version: 'v8.0.1',
    inputs: ['name', 'path'],
  },
  'azure/setup-azd': { commit: '0b7e3a35ab00f2eee7080c845eb39c3f0ebfa553', version: 'v2.4.0', inputs: ['version'] },
  'azure/login': {
    commit: 'f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca',
    version: 'v3.0.1',
    inputs: ['client-id', 'tenant-id', 'subscription-id'],
  },
};

describe("GitHub's own parser", () => {
  const parser = loadParser();

  it.each(all.map(({ file, text }) => [file, text]))('finds no fault in %s', async (file, text) => {
    expect(await parser.faultsOf(file, text)).toEqual([]);
  });

  it.each([
    ['a member that does not exist', 'timeout: 3', "Unexpected value 'timeout'"],
    ['a permission that does not exist', 'permissions: { secrets: write }', "Unexpected value 'secrets'"],
    ['a time that is not a number', 'timeout-minutes: long', "Unexpected value 'long'"],
    ['an expression with an unknown context', 'if: ${{ foo.bar }}', "Unrecognized named-value: 'foo'"],
    ['an expression that does not end', 'if: ${{ vars.A', 'expression'],
    ['a job that does not exist', 'needs: other', 'no dependencies'],
  ])('refuses %s', async (_, line, message) => {
    const text = `on: push\njobs:\n  first:\n    runs-on: ubuntu-latest\n    ${line}\n    steps: [{ run: echo }]\n`;
    expect((await parser.faultsOf('bad.yml', text)).join('\n')).toContain(message);
  });
});

describe('actions', () => {
  it('are pinned to the commit of a version, and have only inputs that exist', () => {
    const used = steps.filter(({ step }) => step.uses !== undefined);
    expect(used.length).toBeGreaterThan(10);
    for (const { where, step } of used) {
      const [action = '', commit] = (step.uses ?? '').split('@');
      const known = ACTIONS[action];
      expect([where, action, commit]).toEqual([where, action, known?.commit]);
      expect(Object.keys(step.with ?? {}).filter((input) => !known?.inputs.includes(input))).toEqual([]);
    }
  });

  it('have the version of that commit beside them', () => {
    for (const { file, text } of all) {
      for (const [line, action = '', rest] of text.matchAll(/uses: ([\w-]+\/[\w-]+)@(.*)$/gm)) {
        const { commit, version } = ACTIONS[action] ?? {};
        expect([file, line.trim(), rest]).toEqual([file, line.trim(), `${commit} # ${version}`]);
      }
    }
  });

  it('of the repository itself are workflows that exist and can be called', () => {
    const called = jobs.filter(({ job }) => job.uses !== undefined);
    expect(called.length).toBeGreaterThan(0);
    for (const { where, job } of called) {
      const target = all.find(({ file }) => `./${file}` === job.uses);
      const { inputs = {}, secrets = {} } = target?.on.workflow_call ?? {};
      expect([where, Object.keys(job.with ?? {}).sort()]).toEqual([where, Object.keys(inputs).sort()]);
      expect(Object.keys(job.secrets ?? {})).toEqual(Object.keys(secrets));
    }
  });

  it('that check out leave no token in the folder', () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter(({ step }) => String(step.with?.['persist-credentials']) !== 'false')).toEqual([]);
  });
});

describe('jobs', () => {
  it('end by themselves: each has a time limit, or calls a workflow whose jobs have one', () => {
    const limitless = jobs.filter(({ job }) => job.uses === undefined && !((job['timeout-minutes'] ?? 0) > 0));
    expect(limitless.map(({ where }) => where)).toEqual([]);
  });

  it('have the permissions that they name, and no other', () => {
    for (const { file, permissions } of all) expect([file, permissions]).toEqual([file, {}]);
    for (const { where, job } of jobs) {
      const signsIn =
        job.uses !== undefined || job.steps?.some(({ uses }) => uses?.startsWith('azure/login@')) === true;
      const expected = signsIn ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' };
      expect([where, job.permissions]).toEqual([where, expected]);
    }
  });

  it('of one environment never run side by side, and are not cut off', () => {
    const deploying = jobs.filter(({ job }) => job.environment !== undefined);
    expect(deploying.map(({ job }) => job.environment)).toEqual(['${{ inputs.environment }}', 'staging']);
    for (const { job } of deploying) {
      expect(job.concurrency).toEqual({ group: `deploy-${job.environment}`, 'cancel-in-progress': false });
    }
  });

  it('of pull requests have no secret and no environment', () => {
    const ofPullRequests = jobs.filter(({ workflow }) => 'pull_request' in workflow.on);
    expect(ofPullRequests.length).toBeGreaterThan(2);
    for (const { where, job, workflow } of ofPullRequests) {
      expect([where, job.environment]).toEqual([where, undefined]);
      expect(workflow.concurrency?.['cancel-in-progress']).toBe(true);
    }
    expect(ofPullRequests.flatMap(({ job }) => referencesIn(job)).filter((one) => /^secrets\./.test(one))).toEqual([]);
    // This trigger gives the code of a fork the rights of the repository.
    expect(all.filter(({ on }) => 'pull_request_target' in on)).toEqual([]);
  });
});

describe('commands', () => {
  const commands = steps.filter(({ step }) => step.run !== undefined);

  it('have no expression in them: a value that is put into a script could be a script', () => {
    expect(commands.filter(({ step }) => step.run?.includes('${{')).map(({ where }) => where)).toEqual([]);
  });

  it('run npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = commands.flatMap(({ step }) =>
      [...(step.run ?? '').matchAll(/npm run ([\w:-]+)/g)].map((found) => found[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('name files that exist', () => {
    const named = commands.flatMap(({ step }) =>
      [...(step.run ?? '').matchAll(/(?<![\w/.])(?:\.ci|infra|local|tests|docs)\/[\w./-]+/g)].map(([file]) => file),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('have no secret written in them', () => {
    for (const { file, text } of all) {
      const suspicious = text.match(/AccountKey=|password\s*[:=]\s*\S|gh[pousr]_\w{20}|eyJ[\w-]{20}/gi);
      expect([file, suspicious]).toEqual([file, null]);
    }
  });
});

describe('expressions', () => {
  it('refer to inputs, outputs, needs and secrets that are defined', () => {
    for (const { where, workflow, job } of jobs) {
      const inputs = Object.values(workflow.on).flatMap((trigger) => Object.keys(trigger?.inputs ?? {}));
      const secrets = Object.values(workflow.on).flatMap((trigger) => Object.keys(trigger?.secrets ?? {}));
      const needs = [job.needs ?? []].flat();
      const known: Record<string, (name: string, rest: string[]) => boolean> = {
        inputs: (name) => inputs.includes(name),
        matrix: (name) => name in (job.strategy?.matrix ?? {}),
        steps: (name, [kind]) => kind === 'outputs' && job.steps?.some(({ id }) => id === name) === true,
        needs: (name, [kind, output = '']) =>
          needs.includes(name) && kind === 'outputs' && output in (workflow.jobs[name]?.outputs ?? {}),
        // The key of Qdrant is the only secret, and each environment has its own.
        secrets: (name) => name === 'QDRANT_API_KEY' && (secrets.includes(name) || job.uses !== undefined),
        vars: (name) => read('docs/infrastructure.md').includes(`\`${name}\``),
        github: () => true,
      };
      const unknown = referencesIn(job).filter((reference) => {
        const [context = '', name = '', ...rest] = reference.split('.');
        return known[context]?.(name, rest) !== true;
      });
      expect([where, unknown]).toEqual([where, []]);
    }
  });

  it('give azd exactly the variables of infra/main.parameters.json', () => {
    const parameters = [...read('infra/main.parameters.json').matchAll(/"\$\{(\w+)/g)].map((found) => found[1]);
    const job = all.find(({ file }) => file.endsWith('deploy-environment.yml'))?.jobs.deploy;
    const values = job?.steps?.find(({ run }) => run?.includes('pipelineValues.sh'))?.env ?? {};
    // The subscription is an argument of azd.
    const { AZURE_SUBSCRIPTION_ID: _, ...ofJob } = job?.env ?? {};
    const given = { ...ofJob, ...values };
    expect(Object.keys(given).sort()).toEqual([...parameters].sort());
    for (const [name, value] of Object.entries(given)) {
      if (name === 'AZURE_PRINCIPAL_TYPE') expect(value).toBe('ServicePrincipal');
      else expect(value).toBe(`\${{ ${name === 'QDRANT_API_KEY' ? 'secrets' : 'vars'}.${name} }}`);
    }
  });

  it('deploy the package that was built and checked, and build no other', () => {
    const job = all.find(({ file }) => file.endsWith('deploy-environment.yml'))?.jobs.deploy;
    const order = (job?.steps ?? []).map(({ uses, run }) => (uses?.split('@')[0] ?? run ?? '').trim());
    const at = (text: string): number => order.findIndex((step) => step.includes(text));
    expect(at('actions/download-artifact')).toBeGreaterThan(-1);
    expect(at('sha256sum --check --strict')).toBeGreaterThan(at('actions/download-artifact'));
    expect(at('azd deploy api --from-package build/functions.zip')).toBeGreaterThan(at('sha256sum'));
    expect(order.filter((step) => step.includes('npm run package'))).toEqual([]);
  });
});
