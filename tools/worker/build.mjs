import { cpSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ninjaProgress } from '../setup/report.mjs';
import { run } from '../setup/run.mjs';
import { patchSource } from './patches.mjs';

const adapters = fileURLToPath(new URL('subprojects', import.meta.url));

/** The Debian packages that a build needs. @param {string} osRelease the text of /etc/os-release */
export function buildPackages(osRelease = readFileSync('/etc/os-release', 'utf8')) {
  // Debian 12's default boost is 1.74, and the flat hash containers came with 1.81.
  const boost = osRelease.includes('VERSION_CODENAME=bookworm') ? 'libboost1.81-dev' : 'libboost-dev';
  const tools = ['build-essential', 'meson', 'ninja-build', 'pkg-config', 'flatbuffers-compiler'];
  return [...tools, 'libuv1-dev', 'libssl-dev', 'libsrtp2-dev', 'libflatbuffers-dev', 'libabsl-dev', boost];
}

/**
 * Builds the worker from mediasoup's C++ source in a folder of its own; resolves with the program's path there.
 * @param {string} source mediasoup's `worker` folder, left as it is
 * @param {string} folder where to build @param {(text: string) => void} progress
 */
export async function buildWorker(source, folder, progress) {
  cpSync(source, folder, { recursive: true });
  rmSync(join(folder, 'subprojects'), { recursive: true, force: true });
  cpSync(adapters, join(folder, 'subprojects'), { recursive: true });
  patchSource(folder);
  const out = join(folder, 'out/build');
  progress('configuring');
  // "nodownload": a missing adapter fails here and now instead of reaching for the network.
  const setup = ['setup', '--buildtype', 'release', '-Db_ndebug=true', '--wrap-mode=nodownload', out, folder];
  await run('meson', setup, { cwd: folder });
  await run('ninja', ['-j', String(availableParallelism()), '-C', out, 'mediasoup-worker'], {
    cwd: folder,
    onLine: (line) => {
      const at = ninjaProgress(line);
      if (at) progress(`${at.done} of ${at.total} files`);
    },
  });
  return join(out, 'mediasoup-worker');
}
