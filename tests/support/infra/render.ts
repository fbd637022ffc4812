import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startBicep, type BicepServer, type Diagnostic } from './bicepServer';
import { parameterFile, VARIANTS, type VariantName } from './variants';

export const INFRA = path.resolve(__dirname, '../../../infra');
export const ENVIRONMENTS = ['staging', 'production'];

/** Every Bicep file, as a path in `infra`. */
export const BICEP_FILES = readdirSync(INFRA, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.bicep(param)?$/.test(file))
  .map((file) => file.replaceAll(path.sep, '/'))
  .sort();

/** What the compiler says about the templates. */
export interface Report {
  /** The compiled main.bicep. Empty when it has errors. */
  main: string;
  diagnostics: Diagnostic[];
  /** Each file as the formatter writes it. */
  formatted: Record<string, string>;
  /** The parameters of each environment, as JSON. */
  parameters: Record<string, string>;
  /** Every resource that a deployment would create, with names, conditions and loops resolved, as JSON. */
  variants: Partial<Record<VariantName, string>>;
}

/** Ids of no real tenant or subscription, in the names of the rendered resources. */
const METADATA = {
  tenantId: '22222222-2222-2222-2222-222222222222',
  subscriptionId: '11111111-1111-1111-1111-111111111111',
  location: 'swedencentral',
  resourceGroup: null,
  deploymentName: null,
};

/** Compiles, formats and renders everything. Parameter files of variants are written to `folder`. */
export async function renderAll(executable: string, folder: string): Promise<Report> {
  const bicep = startBicep(executable);
  try {
    const main = await bicep.request<{ contents: string | null; diagnostics: Diagnostic[] }>('compile', {
      path: path.join(INFRA, 'main.bicep'),
    });
    const report: Report = {
      main: main.contents ?? '',
      diagnostics: main.diagnostics,
      formatted: {},
      parameters: {},
      variants: {},
    };
    for (const file of BICEP_FILES) {
      const { contents } = await bicep.request<{ contents: string }>('format', { path: path.join(INFRA, file) });
      report.formatted[file] = contents;
    }
    if (report.main === '') return report;
    for (const name of ENVIRONMENTS) {
      const built = await bicep.request<{ parameters: string | null; diagnostics: Diagnostic[] }>('compileParams', {
        path: path.join(INFRA, 'environments', `${name}.bicepparam`),
        parameterOverrides: {},
      });
      report.parameters[name] = built.parameters ?? '';
      report.diagnostics.push(...built.diagnostics);
    }
    for (const name of Object.keys(VARIANTS) as VariantName[]) {
      report.variants[name] = await renderVariant(bicep, folder, name);
    }
    return report;
  } finally {
    bicep.close();
  }
}

async function renderVariant(bicep: BicepServer, folder: string, name: VariantName): Promise<string> {
  const own = mkdtempSync(path.join(folder, `${name}-`));
  const parameters = path.join(own, `${name}.bicepparam`);
  const main = path.relative(own, path.join(INFRA, 'main.bicep')).replaceAll(path.sep, '/');
  const read = (environment: string): string =>
    readFileSync(path.join(INFRA, 'environments', `${environment}.bicepparam`), 'utf8');
  writeFileSync(parameters, parameterFile(VARIANTS[name], main, read));
  const { snapshot } = await bicep.request<{ snapshot: string }>('getSnapshot', {
    path: parameters,
    metadata: METADATA,
    externalInputs: [],
  });
  return snapshot;
}
