// Loaded before the tests: says on SIGUSR2 what keeps this process from ending, and tells the runner when nothing does any
// more, so that Node is about to end.
import { writeFileSync } from 'node:fs';

const { TESTS_ENDED_FILE: endedFile } = process.env;
if (endedFile !== undefined) process.on('exit', () => writeFileSync(endedFile, ''));

process.on('SIGUSR2', () => {
  const lines = [...process.getActiveResourcesInfo(), ...handles().map(describe)];
  process.stderr.write(lines.map((line) => `  ${line}\n`).join(''));
});

/** Not in the documentation of Node, and the only way to tell one handle from another. @returns {object[]} */
function handles() {
  const list = /** @type {{_getActiveHandles?: () => object[]}} */ (process)._getActiveHandles;
  return list?.call(process) ?? [];
}

/** @param {object} handle */
function describe(handle) {
  const { pid, spawnargs, exitCode, signalCode, localPort, remoteAddress, remotePort, fd } =
    /** @type {Record<string, unknown>} */ (handle);
  const words = [
    handle.constructor.name,
    pid &&
      `pid ${pid}, exit ${exitCode}, signal ${signalCode}: ${/** @type {string[]} */ (spawnargs).join(' ').slice(0, 200)}`,
    (localPort || remotePort) && `from port ${localPort} to ${remoteAddress}:${remotePort}`,
    fd !== undefined && `fd ${fd}`,
  ];
  return words.filter(Boolean).join(' ');
}
