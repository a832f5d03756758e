import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutName, projectNode } from './dependencies.mjs';
import { withLock } from './lock.mjs';
import { step } from './report.mjs';
import { projectRoot, run } from './run.mjs';

const inputs = ['client-demo', 'client', 'protocol', 'package-lock.json', 'tsconfig.json'];
const dist = join(projectRoot, 'client-demo/dist');
const stamp = join(dist, '.inputs');

/** Builds the demo's pages where they are missing or were built from other sources. */
export async function buildDemo() {
  if (!existsSync(join(projectRoot, 'client-demo/vite.config.ts')) || isBuilt()) return;
  await withLock(`demo-${checkoutName()}`, 'it builds the demo pages', async () => {
    if (isBuilt()) return;
    const hash = inputsHash();
    const fresh = join(projectRoot, 'node_modules/.demo-build');
    await step('Building the demo pages', async () => {
      const vite = join(projectRoot, 'node_modules/vite/bin/vite.js');
      const options = ['--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'];
      try {
        await run(projectNode(), [vite, 'build', join(projectRoot, 'client-demo'), ...options]);
        writeFileSync(join(fresh, '.inputs'), hash);
        // A server that runs meanwhile serves the old pages or the new ones, hardly ever none.
        rmSync(dist, { recursive: true, force: true });
        renameSync(fresh, dist);
      } finally {
        rmSync(fresh, { recursive: true, force: true });
      }
    });
  });
}

function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === inputsHash();
}

// Contents, not times: going to another branch and back costs no build.
function inputsHash() {
  const hash = createHash('sha256');
  for (const name of inputs) addToHash(name, hash);
  return hash.digest('hex');
}

/** @param {string} name @param {import('node:crypto').Hash} hash */
function addToHash(name, hash) {
  const path = join(projectRoot, name);
  const entries = readFolder(path);
  if (!entries) hash.update(`${name}\n`).update(readFileSync(path));
  else for (const entry of entries) if (entry !== 'dist') addToHash(`${name}/${entry}`, hash);
}

/** @param {string} path */
function readFolder(path) {
  try {
    return readdirSync(path).sort();
  } catch {
    return undefined;
  }
}
