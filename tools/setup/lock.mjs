import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../worker/workerPath.mjs';
import { step } from './report.mjs';

const beatMs = 2_000;
const staleMs = 20_000;

/** @type {Set<string>} */
const held = new Set();

/** Lets go of every lock; for a set-up that ends early. */
export function releaseLocks() {
  for (const path of held) rmSync(path, { recursive: true, force: true });
  held.clear();
}

/**
 * Runs work that only one set-up at a time may do. A lock is a folder, which only one process can make; its holder
 * touches it every two seconds, so a lock that was not touched for twenty belongs to nobody. That holds across
 * containers too, where a process id would say nothing. Should two set-ups ever break the same stale lock at once, both
 * work and the later one's result replaces the earlier's whole: what is made here is always moved into place.
 * @template T
 * @param {string} name @param {string} waitingFor
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, waitingFor, work, folder = join(cacheFolder(), 'locks')) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  if (!take(path)) {
    await step(`Waiting for another set-up: ${waitingFor}`, async () => {
      while (!take(path)) await sleep(500);
    });
  }
  held.add(path);
  const beat = setInterval(() => touch(path), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(path, { recursive: true, force: true });
    held.delete(path);
  }
}

/** @param {string} path */
function take(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  const touchedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (touchedMs !== undefined && Date.now() - touchedMs > staleMs)
    rmSync(path, { recursive: true, force: true });
  return false;
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Someone took it for stale (this machine slept): nothing to keep alive any more.
  }
}
