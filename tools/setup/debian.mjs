import { spawnSync } from 'node:child_process';
import { withLock } from './lock.mjs';
import { SetupError, step } from './report.mjs';
import { outputOf, run, which } from './run.mjs';

/** Those of the packages that dpkg does not list as installed. @param {string[]} packages @param {string} dpkgAnswer */
export function missingFrom(packages, dpkgAnswer) {
  const installed = new Set(
    dpkgAnswer
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * Installs those of the Debian packages that are missing, or says which command does.
 * @param {string[]} packages @param {string} purpose
 */
export async function needDebianPackages(packages, purpose) {
  if (!which('dpkg-query')) {
    throw new SetupError(
      `${purpose} needs what Debian calls ${packages.join(' ')}: install them, then run this again.`,
    );
  }
  // dpkg-query fails when it never heard of one of the packages, and lists the others all the same.
  const query = ['-W', '-f=${Package} ${db:Status-Status}\\n', ...packages];
  const missing = missingFrom(packages, spawnSync('dpkg-query', query, { encoding: 'utf8' }).stdout);
  if (missing.length > 0) await aptInstall(missing, purpose);
}

/** @param {string[]} packages @param {string} purpose */
export async function aptInstall(packages, purpose) {
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!which('apt-get') || (asRoot.length > 0 && outputOf('sudo', ['-n', 'true']) === undefined)) {
    throw new SetupError(`${purpose} needs Debian packages that are not installed. Run as root: ${command}`);
  }
  const install = /** @param {(text: string) => void} progress */ async (progress) => {
    const [program = '', ...before] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
    /** @param {string[]} args */
    const apt = (args) =>
      run(program, [...before, '-o', 'DPkg::Lock::Timeout=600', ...args], {
        onLine: (line) => progress(line.slice(0, 60)),
      });
    await apt(['update']);
    await apt(['install', '-y', '--no-install-recommends', ...packages]);
    progress('');
  };
  const title = `Installing Debian packages: ${packages.join(' ')}`;
  await withLock('debian', 'it installs Debian packages', () => step(title, install));
}
