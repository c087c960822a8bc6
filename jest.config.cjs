/** Unit tests live beside the code they test; whatever needs a real process lives in integration-tests. */
const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs', ignoreDynamic: true },
        sourceMaps: 'inline',
      },
    ],
  },
};

module.exports = {
  maxWorkers: 2,
  // No test waits for it; one that hangs is ended by it, on a busy machine as well.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{broker,client,zk-coordination,tools}/**/*.test.ts'],
    },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['<rootDir>/integration-tests/**/*.test.ts'],
      globalSetup: '<rootDir>/integration-tests/harness/global-setup.cjs',
      setupFilesAfterEnv: ['<rootDir>/integration-tests/harness/setup.ts'],
    },
  ],
};
