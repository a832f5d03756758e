// One tier at a time, named by TIER; tools/test.mjs runs them all.
const tier = process.env.TIER ?? 'unit';
const timeoutMs = { browser: 120_000, multinode: 120_000, integration: 60_000, contract: 60_000 };

/** @param {boolean} tsx */
const swc = (tsx) => [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx },
      target: 'es2024',
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
    },
  },
];

export default {
  displayName: tier,
  roots: [`<rootDir>/test/${tier}`],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  testTimeout: timeoutMs[tier] ?? 30_000,
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '\\.ts$': swc(false), '\\.tsx$': swc(true) },
};
