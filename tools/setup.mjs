// Makes a fresh checkout ready to run: npm packages with their Node, mediasoup's worker, the demo's pages and, with
// --tests, a browser and a Redis. Runs on Node 20 before anything is installed, and does only what is missing.
// --only=packages|worker|demo does one of them (the Dockerfile's stages).
import { installDependencies } from './setup/dependencies.mjs';
import { buildDemo } from './setup/demoBundle.mjs';
import { releaseLocks } from './setup/lock.mjs';
import { SetupError, elapsed } from './setup/report.mjs';
import { endChildren } from './setup/run.mjs';
import { provideTestTools } from './setup/testTools.mjs';
import { provideWorker } from './setup/worker.mjs';

const steps = { packages: installDependencies, worker: provideWorker, demo: buildDemo };

process.once('exit', () => {
  endChildren();
  releaseLocks();
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  const startedMs = Date.now();
  for (const work of chosen(process.argv.slice(2))) await work();
  const tookMs = Date.now() - startedMs;
  if (tookMs > 2_000) console.log(`Set up in ${elapsed(tookMs)}.`);
} catch (error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exitCode = 1;
}

/** @param {string[]} args */
function chosen(args) {
  const work = Object.values(steps);
  if (args.length === 0) return work;
  if (args.length === 1 && args[0] === '--tests') return [...work, provideTestTools];
  const only = Object.entries(steps).find(([name]) => args.length === 1 && args[0] === `--only=${name}`);
  if (only) return [only[1]];
  throw new SetupError(`Usage: node tools/setup.mjs [--tests | --only=${Object.keys(steps).join('|')}]`);
}
