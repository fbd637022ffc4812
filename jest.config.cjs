const { availableParallelism } = require('node:os');

const common = {
  testEnvironment: 'node',
  transform: {
    // jose is an ES module, and the OTLP exporter imports `http` when it sends; jest requires CommonJS.
    '^.+\\.ts$|/node_modules/(jose|@opentelemetry/otlp-exporter-base)/.+\\.js$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/|@opentelemetry/otlp-exporter-base/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/build/', '<rootDir>/.local/'],
};
const project = (displayName, options = {}) => ({
  ...common,
  displayName,
  testMatch: [`<rootDir>/tests/${displayName}/**/*.test.ts`],
  ...options,
});
/** One Azurite, one PostgreSQL and one vector endpoint for all files of the project. */
const services = {
  globalSetup: '<rootDir>/tests/support/globalSetup.ts',
  globalTeardown: '<rootDir>/tests/support/globalTeardown.ts',
};

/** The Bicep templates are compiled once for all files of the project, where there is a compiler. */
const templates = {
  globalSetup: '<rootDir>/tests/support/infra/globalSetup.ts',
  globalTeardown: '<rootDir>/tests/support/infra/globalTeardown.ts',
};

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: 60000,
  projects: [
    project('unit'),
    project('infra', templates),
    project('services', services),
    project('conformance', services),
    project('end-to-end'),
  ],
  // By itself jest leaves one core free: of two it would use one, though tests mostly wait for servers.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
