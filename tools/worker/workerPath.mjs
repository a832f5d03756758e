import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync, readdirSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const recipeFolder = fileURLToPath(new URL('.', import.meta.url));
const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Where this project keeps what is made once for a user and used by all his checkouts. */
export function cacheFolder(env = process.env) {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tributary');
}

/**
 * The path of mediasoup's worker program: `MEDIASOUP_WORKER_BIN`, or the one that set-up cached, or undefined.
 * Needs nothing but node, so the server can ask before anything else is loaded.
 * @param {Record<string, string | undefined>} [env]
 * @returns {string | undefined}
 */
export function findWorkerBin(env = process.env) {
  const named = env['MEDIASOUP_WORKER_BIN'];
  if (named) return named;
  const cached = cachedWorkerBin(env);
  return cached !== undefined && isExecutable(cached) ? cached : undefined;
}

/**
 * Where the worker for the installed mediasoup, this recipe and this platform is cached, whether it is there or not;
 * undefined while mediasoup is not installed.
 * @param {Record<string, string | undefined>} [env]
 * @returns {string | undefined}
 */
export function cachedWorkerBin(env = process.env) {
  const mediasoup = readText(join(projectRoot, 'node_modules/mediasoup/package.json'));
  if (mediasoup === undefined) return undefined;
  const { version } = /** @type {{version: string}} */ (JSON.parse(mediasoup));
  const key = workerKey(version, recipeHash(recipeFolder), platformName());
  return join(cacheFolder(env), 'worker', key, 'mediasoup-worker');
}

/**
 * One folder name for each worker that could differ from another.
 * @param {string} mediasoupVersion @param {string} recipe @param {string} platform
 */
export function workerKey(mediasoupVersion, recipe, platform) {
  return `${mediasoupVersion}-${recipe.slice(0, 12)}-${platform}`.replace(/[^\w.-]/g, '_');
}

/**
 * The libraries a worker is linked against come with the distribution's release, so that is part of the name.
 * @param {string} [osRelease] the text of /etc/os-release
 */
export function platformName(osRelease = readText('/etc/os-release')) {
  /** @param {string} field */
  const field = (field) => new RegExp(`^${field}="?([^"\\n]*)`, 'm').exec(osRelease ?? '')?.[1];
  const system = osRelease === undefined ? release() : `${field('ID')}${field('VERSION_ID') ?? ''}`;
  return `${process.platform}-${process.arch}-${system}`;
}

/** A hash over the names and contents of everything that decides how the worker is built. @param {string} folder */
export function recipeHash(folder) {
  const hash = createHash('sha256');
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) hash.update(`${entry.name}/${recipeHash(path)}\n`);
    // Prose and this file change nothing about the program that comes out.
    else if (entry.name !== 'README.md' && entry.name !== 'workerPath.mjs') {
      hash.update(`${entry.name}\n`).update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
