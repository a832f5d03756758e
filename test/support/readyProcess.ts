import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of ours in its own process, which printed a line that begins with `ready `. */
export interface ReadyProcess {
  readonly pid: number;
  /** Everything it wrote so far, for a failing test to show. */
  output(): string;
  /** Ends it, as an operator would unless told otherwise, and returns its exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number | null>;
}

/** Runs a TypeScript file of this checkout with this Node and waits until it says that it is ready. */
export async function startReadyProcess(
  script: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ReadyProcess> {
  const child = spawn(process.execPath, [script, ...flags], {
    cwd: new URL('../..', import.meta.url).pathname,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.startsWith('ready ')) resolve();
      });
    }
    void exited.then(([code]) => {
      reject(new Error(`${script} ended with ${code} before it was ready:\n${lines.join('\n')}`));
    });
  });
  await ready;
  return {
    pid: child.pid ?? 0,
    output: () => lines.join('\n'),
    ended: exited.then(([code]) => code),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
