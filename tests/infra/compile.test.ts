import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BICEP_FILES, ENVIRONMENTS, INFRA } from '../support/infra/render';
import { compiled, compilerReport, describeRendered, rendered, VARIANT_NAMES } from '../support/infra/rendered';

const read = (file: string): string => readFileSync(path.join(INFRA, file), 'utf8');

describeRendered('the Bicep files', () => {
  it('compile without a warning, and without a finding of the linter', () => {
    const findings = compilerReport().diagnostics.map(
      ({ source, range, code, message }) => `${source}:${range.start.line + 1} ${code} ${message}`,
    );
    expect(findings).toEqual([]);
    expect(compilerReport().main).toContain('subscriptionDeploymentTemplate.json');
  });

  it.each(BICEP_FILES)('%s is formatted', (file) => {
    expect(compilerReport().formatted[file]).toBe(read(file));
  });

  it.each(ENVIRONMENTS)('%s.bicepparam compiles to parameters that main.bicep has', (environment) => {
    const { parameters } = JSON.parse(compilerReport().parameters[environment] ?? '') as {
      parameters: Record<string, unknown>;
    };
    expect(Object.keys(parameters).length).toBeGreaterThan(8);
    expect(Object.keys(parameters).filter((name) => !(name in compiled().parameters))).toEqual([]);
  });

  it.each(VARIANT_NAMES)('render completely: what-if could see every part of %s', (variant) => {
    expect(rendered(variant).diagnostics).toEqual([]);
    expect(rendered(variant).resources.length).toBeGreaterThan(40);
  });
});

describe('the Bicep files', () => {
  it('use no module that has to be downloaded', () => {
    const remote = BICEP_FILES.filter((file) => /^module\s+\w+\s+'(br|ts)[:/]/m.test(read(file)));
    expect(BICEP_FILES.length).toBeGreaterThan(15);
    expect(remote).toEqual([]);
  });
});

describe('infra/bicepconfig.json', () => {
  it('raises every rule of the linter to an error, except one that depends on the day', () => {
    const { analyzers } = JSON.parse(read('bicepconfig.json')) as {
      analyzers: { core: { rules: Record<string, { level: string }> } };
    };
    const others = Object.entries(analyzers.core.rules).filter(([, { level }]) => level !== 'error');
    expect(others.map(([name]) => name)).toEqual(['use-recent-api-versions']);
  });
});
