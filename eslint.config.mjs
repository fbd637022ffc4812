import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

// Which folder may import which. CONTRIBUTING.md describes the folders.
const folders = {
  functions: {
    may: ['orchestrators', 'lib'],
    message: 'the app must not depend on the local platform or the samples.',
  },
  orchestrators: { may: ['lib'], message: 'orchestrators contain only the order of steps.' },
  lib: { may: [], message: 'lib must not depend on triggers, orchestrators or the local platform.' },
  local: {
    may: ['lib', 'packages', 'samples'],
    message: 'the host loads the compiled app; the local platform must not import it.',
  },
  packages: { may: [], message: 'a package must not depend on the rest of the project.' },
  samples: { may: [], message: 'the samples must not depend on other folders.' },
  'static-web': { may: ['lib'], message: 'the web app may import only the API types of lib.' },
};
const zones = Object.entries(folders).flatMap(([folder, { may, message }]) =>
  [...Object.keys(folders), 'bench', 'tests']
    .filter((other) => other !== folder && !may.includes(other))
    .map((other) => ({ target: `./${folder}`, from: `./${other}`, message })),
);

// Which noun of lib may import which, types included. No two import each other.
const nouns = {
  access: 'problems',
  api: 'access answering audit documents problems quarantine runs staging telemetry usage',
  audit: 'access database paging problems',
  answering: 'documents embedding language openAi prices problems retrieval telemetry usage vectors',
  concurrency: '',
  config: 'access prices problems',
  contract: 'problems',
  conversion: 'contract csv encoding lakehouse problems runs staging storage',
  csv: 'contract encoding problems',
  database: 'problems telemetry',
  delta: 'concurrency contract duckdb lakehouse problems storage',
  documents: 'concurrency contract database delta duckdb lakehouse paging problems runs storage',
  draftContract: 'contract conversion csv duckdb encoding planning problems storage transform',
  duckdb: 'problems telemetry',
  embedding: 'openAi problems telemetry',
  encoding: 'contract problems',
  extraction: 'contract database lakehouse problems runs staging storage telemetry',
  indexing: 'concurrency documents embedding language problems runs vectors',
  ingest:
    'concurrency contract database delta documents embedding extraction indexing language lakehouse planning prices problems quality reconcile runs staging storage telemetry transform usage vectors',
  lakehouse: 'contract duckdb problems runs storage',
  language: '',
  openAi: 'problems telemetry',
  paging: 'problems',
  planning: 'concurrency contract conversion csv delta encoding lakehouse problems runs staging storage',
  prices: '',
  problems: '',
  quality: 'concurrency contract database delta duckdb lakehouse planning problems runs staging storage',
  quarantine: 'lakehouse paging problems runs storage',
  reconcile: 'database documents indexing problems runs vectors',
  retrieval: 'documents embedding language problems vectors',
  runs: 'database prices problems usage',
  staging: 'concurrency contract delta lakehouse problems runs storage',
  storage: 'concurrency problems telemetry',
  telemetry: 'problems',
  transform:
    'concurrency contract conversion csv delta documents duckdb lakehouse planning problems quality quarantine runs staging storage',
  usage: 'database prices problems storage vectors',
  vectors: 'language problems telemetry',
};
const ROOT_FILES = ['./azureIdentity.ts', './health.ts'];
const nounZones = Object.entries(nouns).map(([noun, may]) => ({
  target: `./lib/${noun}`,
  from: './lib',
  except: [
    `./${noun}`,
    ...may
      .split(' ')
      .filter(Boolean)
      .map((other) => `./${other}`),
    ...ROOT_FILES,
  ],
  message: `lib/${noun} may import: ${may || 'nothing'} (eslint.config.mjs, CONTRIBUTING.md).`,
}));
const typesOnly = (regex, message) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ regex, allowTypeImports: true, message }] }],
});

// Only a file named after a technology touches its SDK.
const technologies = {
  '@azure/storage-blob': ['lib/storage/azureStorage.ts', 'lib/storage/azureDownload.ts'],
  '@azure/storage-file-datalake': ['lib/storage/azureStorage.ts'],
  '@azure/identity': ['lib/azureIdentity.ts'],
  '@azure/openai/types': ['lib/openAi/openAiService.ts', 'lib/answering/openAi.ts'],
  '@duckdb/node-api': ['lib/duckdb/duckdb.ts', 'lib/duckdb/exactText.ts'],
  '@duckdb/node-api/lib/vectors/dataAccessors': ['lib/duckdb/exactText.ts'],
  pg: [
    'lib/database/connection.ts',
    'lib/database/postgres.ts',
    'lib/extraction/postgresSource.ts',
    'lib/extraction/postgresRights.ts',
  ],
  'pg-copy-streams': ['lib/database/postgres.ts', 'lib/extraction/postgresSource.ts'],
  '@qdrant/js-client-rest': ['lib/vectors/qdrant.ts', 'lib/vectors/qdrantError.ts', 'lib/vectors/qdrantFilter.ts'],
  jose: ['lib/access/entraToken.ts'],
  openai: [
    'lib/openAi/openAiService.ts',
    'lib/openAi/optionalParameters.ts',
    'lib/embedding/openAi.ts',
    'lib/answering/openAi.ts',
  ],
  'onnxruntime-node': ['lib/embedding/useLite/**/*.ts'],
  '@langchain/textsplitters': ['lib/language/chunkText.ts'],
  '@opentelemetry/api': ['lib/telemetry/*.ts', 'functions/telemetry/*.ts'],
  '@opentelemetry/context-async-hooks': ['functions/telemetry/*.ts'],
  '@opentelemetry/exporter-metrics-otlp-http': ['functions/telemetry/*.ts'],
  '@opentelemetry/exporter-trace-otlp-http': ['functions/telemetry/*.ts'],
  '@opentelemetry/otlp-transformer': ['functions/telemetry/*.ts'],
  '@opentelemetry/resources': ['functions/telemetry/*.ts'],
  '@opentelemetry/sdk-metrics': ['functions/telemetry/*.ts'],
  '@opentelemetry/sdk-trace-base': ['functions/telemetry/*.ts'],
  '@azure/monitor-opentelemetry-exporter': ['functions/telemetry/*.ts'],
};
// Adapters are built by the composition root and passed in.
const adapters = {
  group: [
    '**/storage/azureStorage',
    '**/database/postgres',
    '**/extraction/postgresSource',
    '**/vectors/qdrant',
    '**/embedding/openAi',
    '**/answering/openAi',
  ],
  message: 'only lib/app.ts builds adapters; take the interface.',
};
const restrictedImports = (allowed) => [
  'error',
  {
    paths: Object.keys(technologies)
      .filter((name) => !allowed.includes(name))
      .map((name) => ({ name, message: `only ${technologies[name].join(', ')} may use ${name}.` })),
    patterns: [adapters],
  },
];
// A later entry replaces the whole rule. So each file that may use a technology gets the rule again without that entry.
const technologyRules = [
  { files: ['lib/**/*.ts', 'functions/**/*.ts'], rules: { 'no-restricted-imports': restrictedImports([]) } },
  ...[...new Set(Object.values(technologies).flat())].map((file) => ({
    files: [file],
    rules: {
      'no-restricted-imports': restrictedImports(
        Object.keys(technologies).filter((name) => technologies[name].includes(file)),
      ),
    },
  })),
  { files: ['lib/app.ts'], rules: { 'no-restricted-imports': ['error', { paths: restrictedImports([])[1].paths }] } },
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      'build/**',
      '.local/**',
      'test-output/**',
      'coverage/**',
      'bench/output/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: [...zones, ...nounZones] }],
      eqeqeq: ['error', 'always'],
    },
  },
  ...technologyRules,
  {
    // The codec runs in orchestrators, and every part of the system uses problems as plain data.
    files: ['lib/problems/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\./)', message: 'lib/problems is plain data: no package, no Node built-in.' }] },
      ],
    },
  },
  {
    files: ['lib/**/*.ts', 'functions/**/*.ts', 'orchestrators/**/*.ts'],
    ignores: ['lib/config/readConfig.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'only lib/config/readConfig.ts reads the environment.' },
      ],
    },
  },
  {
    // Orchestrators contain only the order of steps. They are replayed, so nothing in them may differ between two replays.
    files: ['orchestrators/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!durable-functions$|\\.\\.?/|\\.\\./lib/).*',
              message:
                'orchestrators import durable-functions, names, types, retry policies and the problem codec only.',
            },
            { regex: '^node:', message: 'no Node built-ins in an orchestrator.' },
          ],
        },
      ],
      ...typesOnly(
        '^\\.\\./(?!lib/problems/codec$)',
        'of lib, an orchestrator may import types and the problem codec only; reading and work belong in activities.',
      ),
      'no-restricted-globals': [
        'error',
        'globalThis',
        'Date',
        'process',
        'setTimeout',
        'setInterval',
        'fetch',
        'crypto',
        'performance',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'a replay must get the same value.' },
      ],
    },
  },
  {
    files: ['static-web/src/**/*.ts'],
    rules: typesOnly('^(\\.\\./)+lib/', 'the web app takes types only from lib.'),
  },
  { files: ['tests/**/*.ts'], ...jest.configs['flat/recommended'] },
  {
    files: ['tests/**/*.ts'],
    rules: { 'jest/no-standalone-expect': 'off', 'jest/expect-expect': 'error', 'jest/no-conditional-expect': 'off' },
  },
  {
    // Compiled templates are JSON of fifty shapes. A member that is not there makes the test fail.
    files: ['tests/infra/**/*.ts'],
    rules: Object.fromEntries(
      ['argument', 'assignment', 'call', 'member-access', 'return'].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        'off',
      ]),
    ),
  },
  {
    files: ['**/*.cjs', '**/*.mjs'],
    languageOptions: { globals: { module: 'readonly', require: 'readonly', process: 'readonly', console: 'readonly' } },
  },
);
