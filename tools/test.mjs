// Runs the test tiers one after another: `npm test`, `npm test -- unit`, `npm test -- browser -t "a name"`.
// The last line is the sum of them all, also when it is interrupted. Ends with 1 when a test failed, or when there was
// none to run.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectNode } from './setup/dependencies.mjs';
import { projectRoot } from './setup/run.mjs';

const tiers = ['unit', 'contract', 'integration', 'multinode', 'browser'];
const lingerMs = 20_000;
/** For the tests to say what they left open. */
const sayMs = 2000;

const args = process.argv.slice(2);
const firstFilter = args.findIndex((arg) => !tiers.includes(arg));
const named = firstFilter === -1 ? args : args.slice(0, firstFilter);
const filters = args.slice(named.length);
const folder = mkdtempSync(join(tmpdir(), 'tributary-tests-'));
const sum = { passed: 0, failed: 0, skipped: 0 };
let interrupted = false;

for (const tier of named.length > 0 ? named : tiers.filter(hasTests)) {
  const result = await runTier(tier);
  sum.passed += result.passed;
  sum.failed += result.failed;
  sum.skipped += result.skipped;
  if (interrupted) break;
  // With a filter, a tier may well have nothing that matches.
  if (result.passed + result.failed === 0 && filters.length === 0) {
    console.error(`The ${tier} tier ran no test.`);
    sum.failed += 1;
  }
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);

/** @param {string} tier */
function hasTests(tier) {
  const path = join(projectRoot, 'test', tier);
  return (
    existsSync(path) &&
    readdirSync(path, { recursive: true }).some((name) => /\.test\.tsx?$/.test(String(name)))
  );
}

/** @param {string} tier @returns {Promise<{passed: number, failed: number, skipped: number}>} */
async function runTier(tier) {
  console.log(`\n── ${tier} ──`);
  const resultFile = join(folder, `${tier}.json`);
  const jest = [
    '--import=./tools/openHandles.mjs',
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  const options = ['--json', `--outputFile=${resultFile}`, '--passWithNoTests'];
  // Beyond unit tests each one starts workers, servers or browsers of its own: side by side they would only wait.
  if (tier !== 'unit') options.push('--runInBand');
  const lingered = await runJest([...jest, ...options, ...filters], tier, resultFile);
  if (!existsSync(resultFile)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(resultFile, 'utf8'));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites + (lingered ? 1 : 0),
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/**
 * Resolves when jest has ended, with whether it had to be ended: a test that leaves something open keeps jest from
 * ending, and that is a failure of its own and not a wait without end.
 * @param {string[]} jestArgs @param {string} tier @param {string} resultFile
 * @returns {Promise<boolean>}
 */
function runJest(jestArgs, tier, resultFile) {
  return new Promise((resolve) => {
    const endedFile = `${resultFile}.ended`;
    const env = { ...process.env, TIER: tier, TESTS_ENDED_FILE: endedFile };
    const jest = spawn(projectNode(), jestArgs, {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const stop = () => {
      interrupted = true;
      jest.kill('SIGTERM');
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    let finishedMs = 0;
    let lingered = false;
    const watch = setInterval(() => {
      if (!existsSync(resultFile)) return;
      finishedMs ||= Date.now();
      if (lingered || Date.now() - finishedMs < lingerMs) return;
      lingered = true;
      const what = existsSync(endedFile)
        ? `Nothing is left to do after the ${tier} tests, and Node does not end: something cannot be closed.`
        : `The ${tier} tests left something open:`;
      console.error(what);
      jest.kill('SIGUSR2');
      setTimeout(() => jest.kill('SIGKILL'), sayMs);
    }, 500);
    jest.once('close', () => {
      clearInterval(watch);
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve(lingered);
    });
  });
}
