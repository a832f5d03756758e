import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { SetupError, step } from './report.mjs';
import { outputOf, projectRoot, run } from './run.mjs';

const nodeMajor = 24;
const linkedNode = join(projectRoot, 'node_modules/.bin/node');

/** Installs what package-lock.json names, where node_modules holds something else or nothing. */
export async function installDependencies() {
  if (!isInstalled()) {
    await withLock(`packages-${checkoutName()}`, 'it installs the npm packages', async () => {
      if (isInstalled()) return;
      await step('Installing npm packages', () => run('npm', ['ci', '--no-audit', '--no-fund']));
    });
  }
  linkNode();
  if (!isNewEnough(versionOf(projectNode()))) {
    throw new SetupError(
      `npm installed no Node ${nodeMajor} for this platform, and this is Node ${process.version}: ` +
        `run npm ci again, or install Node ${nodeMajor} or newer.`,
    );
  }
}

/** The Node that runs this project: the one npm installed for it, else the one running now. */
export function projectNode() {
  return isNewEnough(versionOf(linkedNode)) ? linkedNode : process.execPath;
}

// npm scripts find the project's Node in node_modules/.bin. npm 10 drops that link when it drops the same program for
// other platforms.
function linkNode() {
  const installed = `node-${process.platform}-${process.arch}/bin/node`;
  if (existsSync(linkedNode) || !existsSync(join(projectRoot, 'node_modules', installed))) return;
  rmSync(linkedNode, { force: true });
  symlinkSync(`../${installed}`, linkedNode);
}

function isInstalled() {
  const wanted = readJson('package-lock.json');
  const present = readJson('node_modules/.package-lock.json');
  if (!wanted) throw new SetupError('package-lock.json is missing: restore it from version control.');
  return present !== undefined && matchesLock(wanted.packages, present.packages);
}

/**
 * Whether everything a lock file names is installed as it says, by npm's own record of what it installed. An optional
 * package may be missing: most of those are for other platforms.
 * @typedef {Record<string, {version?: string, integrity?: string, optional?: boolean, devOptional?: boolean}>} Packages
 * @param {Packages} wanted @param {Packages} present
 */
export function matchesLock(wanted, present) {
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return true;
    const found = present[path];
    return found
      ? found.version === version && found.integrity === integrity
      : (optional ?? devOptional ?? false);
  });
}

/** @param {string} version as in `v24.21.0` */
function isNewEnough(version) {
  return Number(/^v(\d+)/.exec(version)?.[1]) >= nodeMajor;
}

/** @param {string} node the path of a Node program */
function versionOf(node) {
  return node === process.execPath ? process.version : (outputOf(node, ['-v']) ?? '');
}

/** @param {string} path @returns {{packages: Packages} | undefined} */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(projectRoot, path), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A name for this checkout among a user's others. */
export function checkoutName() {
  return createHash('sha256').update(projectRoot).digest('hex').slice(0, 12);
}
