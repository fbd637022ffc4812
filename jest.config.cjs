const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  globalSetup: '<rootDir>/tests/support/globalSetup.ts',
  globalTeardown: '<rootDir>/tests/support/globalTeardown.ts',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.local/'],
  testTimeout: 60000,
  // By itself jest leaves one core free: of two it would use one, though tests mostly wait for servers.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
