import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { SetupError } from './report.mjs';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** Ends what still runs, so that a set-up that was interrupted leaves nothing behind. */
export function endChildren() {
  for (const child of running) {
    if (child.pid === undefined) continue;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/**
 * Runs a program to its end and resolves with its output; on failure rejects with a sentence and the output's end.
 * @param {string} program @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd = projectRoot, env = process.env, onLine, signal } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own: ninja's or npm's children are ended with it.
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);
    signal?.addEventListener('abort', endChildren, { once: true });
    let output = '';
    let line = '';
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      output += chunk.toString();
      line += chunk.toString();
      const lines = line.split(/[\r\n]+/);
      line = lines.pop() ?? '';
      for (const each of lines) onLine?.(each);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => {
      running.delete(child);
      reject(new SetupError(`Could not run ${program}: ${error.message}.`));
    });
    child.once('close', (code, signalName) => {
      running.delete(child);
      signal?.removeEventListener('abort', endChildren);
      if (code === 0) resolve(output);
      else {
        const cause = signalName ?? `exit code ${code}`;
        reject(new SetupError(`${basename(program)} ended with ${cause}:\n${tellingEnd(output)}`));
      }
    });
  });
}

/** The last lines of a program's output, without colours and its own stack trace. @param {string} output */
function tellingEnd(output) {
  const plain = stripVTControlCharacters(output).trimEnd();
  return plain
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(-20)
    .join('\n');
}

/** What a short program prints, or undefined when it is missing or fails. @param {string} program @param {string[]} args */
export function outputOf(program, args) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** The path of a program on the search path, or undefined. @param {string} name */
export function which(name) {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}
