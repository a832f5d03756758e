import { spawnSync } from 'node:child_process';
import { copyFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildPackages, buildWorker } from '../worker/build.mjs';
import { cachedWorkerBin, isExecutable } from '../worker/workerPath.mjs';
import { needDebianPackages } from './debian.mjs';
import { projectNode } from './dependencies.mjs';
import { withLock } from './lock.mjs';
import { SetupError, step } from './report.mjs';
import { projectRoot, run } from './run.mjs';

const mediasoup = join(projectRoot, 'node_modules/mediasoup');
const noAnswerMs = 6_000;
const downloadMs = 120_000;

/** Provides mediasoup's worker program: the one named, the cached one, upstream's prebuilt one, or one built here. */
export async function provideWorker() {
  const named = process.env['MEDIASOUP_WORKER_BIN'];
  if (named) {
    if (isWorker(named)) return;
    throw new SetupError(
      `MEDIASOUP_WORKER_BIN names ${named}, which is not a mediasoup worker that runs here: correct it, or unset it.`,
    );
  }
  const bin = cachedWorkerBin();
  if (!bin) throw new SetupError('mediasoup is not installed: run npm ci.');
  if (isWorker(bin)) return;
  await withLock(`worker-${basename(dirname(bin))}`, 'it makes the mediasoup worker', async () => {
    if (isWorker(bin)) return;
    const prebuilt = process.env['MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD']
      ? undefined
      : await askForPrebuilt();
    if (prebuilt) moveIntoPlace(prebuilt, bin);
    else await build(bin);
  });
}

function askForPrebuilt() {
  return step('Asking for the prebuilt mediasoup worker', async (progress) => {
    const found = await downloadPrebuilt();
    progress(found ? 'got it' : 'not to be had from here');
    return found;
  });
}

/** @param {string} bin */
async function build(bin) {
  if (process.platform !== 'linux') {
    throw new SetupError(
      'The mediasoup worker is built on Debian only: set MEDIASOUP_WORKER_BIN to one made elsewhere.',
    );
  }
  await needDebianPackages(buildPackages(), 'Building the mediasoup worker');
  mkdirSync(dirname(dirname(bin)), { recursive: true });
  const folder = mkdtempSync(`${dirname(bin)}.build-`);
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  try {
    const built = await step('Building the mediasoup worker', (progress) =>
      buildWorker(join(mediasoup, 'worker'), folder, progress),
    );
    moveIntoPlace(built, bin);
  } finally {
    removeFolder();
    process.off('exit', removeFolder);
  }
}

/**
 * mediasoup's own install script, made to end where it would begin to build ("python" is a program that fails).
 * It makes its output folder once the download has been granted: no folder in time means a network that swallows
 * packets, which would otherwise be waited for during minutes.
 */
async function downloadPrebuilt() {
  const folder = join(mediasoup, 'worker/out/Release');
  const bin = join(folder, 'mediasoup-worker');
  rmSync(folder, { recursive: true, force: true });
  const stop = new AbortController();
  const noAnswer = setTimeout(() => existsSync(folder) || stop.abort(), noAnswerMs);
  const tooLong = setTimeout(() => stop.abort(), downloadMs);
  try {
    const env = { ...process.env, PYTHON: 'false' };
    await run(projectNode(), ['npm-scripts.mjs', 'postinstall'], {
      cwd: mediasoup,
      env,
      signal: stop.signal,
    });
    return isWorker(bin) ? bin : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(noAnswer);
    clearTimeout(tooLong);
  }
}

/**
 * Copies beside the final place and renames: nobody ever sees half a program.
 * @param {string} made @param {string} bin
 */
function moveIntoPlace(made, bin) {
  if (!isWorker(made)) throw new SetupError(`The mediasoup worker at ${made} does not run on this machine.`);
  mkdirSync(dirname(bin), { recursive: true });
  const beside = `${bin}.${process.pid}`;
  copyFileSync(made, beside);
  chmodSync(beside, 0o755);
  renameSync(beside, bin);
}

/**
 * Whether a program is mediasoup's worker and runs here, with its libraries: without a version from its parent it ends
 * with exit code 41.
 * @param {string} path
 */
export function isWorker(path) {
  return isExecutable(path) && spawnSync(path, { env: {}, stdio: 'ignore', timeout: 5_000 }).status === 41;
}
