/**
 * The deployments that the tests look at: the two environments, and parameters that change what is created. Values are Bicep
 * literals without expressions.
 */
export const VARIANTS = {
  staging: { environment: 'staging' },
  production: { environment: 'production' },
  /** Models and a key, everything else as small as can be. */
  models: { parameters: { embedding: 'azure-openai', answering: 'azure-openai', entraAudience: 'api://pipeline-x' } },
  /** Private, and without the link of the web app, so that the function app is closed too. */
  closed: { parameters: { privateNetwork: true, linkWebApp: false, durableBackend: 'durableTaskScheduler' } },
  scheduler: { parameters: { durableBackend: 'durableTaskScheduler', signedInRoles: 'reader' } },
  /** A machine for Qdrant in a network, everything else with public endpoints. */
  machine: {
    parameters: {
      qdrant: 'vm',
      qdrantSha256: '0'.repeat(64),
      qdrantSshPublicKey: 'ssh-ed25519 AAAA',
      qdrantCertificate: 'LS0t',
      allowedAddress: '203.0.113.7',
    },
  },
  /** The least: no key of Qdrant, so no Key Vault. */
  least: { parameters: { qdrantHasKey: false } },
} as const satisfies Record<string, Variant>;

export type VariantName = keyof typeof VARIANTS;

type Variant = { environment: 'staging' | 'production' } | { parameters: Record<string, string | boolean | number> };

/** Parameters that have no default, or whose default asks who deploys. */
const BASE = {
  environmentName: 'test',
  location: 'swedencentral',
  principalId: '00000000-0000-0000-0000-000000000000',
  principalName: 'deployer',
  qdrantUrl: 'https://qdrant.example.com:6333',
};

/** The text of the parameter file of a variant; `main` is the path of main.bicep as seen from it. */
export function parameterFile(variant: Variant, main: string, readEnvironment: (name: string) => string): string {
  if ('environment' in variant) {
    return readEnvironment(variant.environment).replace("'../main.bicep'", `'${main}'`);
  }
  const lines = Object.entries({ ...BASE, ...variant.parameters }).map(
    ([name, value]) => `param ${name} = ${typeof value === 'string' ? `'${value}'` : value}`,
  );
  return [`using '${main}'`, ...lines, ''].join('\n');
}
