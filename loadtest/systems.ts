import { devToken } from '../test/support/signalClient.ts';
import { freePorts } from '../test/support/ports.ts';
import { startReadyProcess } from '../test/support/readyProcess.ts';
import { startServerProcess } from '../test/support/serverProcess.ts';
import type { Role } from '../protocol/roles.ts';

export type SystemKind = 'tributary' | 'bare';
export const systemKinds: readonly SystemKind[] = ['tributary', 'bare'];

/** One of the two servers being compared, running in a process of its own. */
export interface System {
  readonly kind: SystemKind;
  readonly origin: string;
  readonly pid: number;
  /** Tokens for `count` people who have not been there before; the bare server asks for none. */
  tokens(room: string, role: Role, count: number): Promise<string[]>;
  stop(): Promise<unknown>;
}

let people = 0;
const runningPids = new Set<number>();

/** Runs `use` against a freshly started server and ends the server, whatever comes of it. */
export async function withSystem<T>(kind: SystemKind, use: (system: System) => Promise<T>): Promise<T> {
  const system = await startServerSystem(kind);
  runningPids.add(system.pid);
  try {
    return await use(system);
  } finally {
    await system.stop();
    runningPids.delete(system.pid);
  }
}

/** A freshly started server; the caller stops it. */
export function startServerSystem(kind: SystemKind): Promise<System> {
  return kind === 'tributary' ? startTributary() : startBare();
}

/** Ends what still runs, at once: the last thing a benchmark that was broken off does. */
export function endServers(): void {
  for (const pid of runningPids) process.kill(pid, 'SIGKILL');
}

async function startTributary(): Promise<System> {
  const { origin, pid, stop } = await startServerProcess();
  return {
    kind: 'tributary',
    origin,
    pid,
    tokens: async (room, role, count) => {
      const tokens: string[] = [];
      while (tokens.length < count) {
        const batch = Array.from(
          { length: Math.min(20, count - tokens.length) },
          () => `${role}-${people++}`,
        );
        tokens.push(...(await Promise.all(batch.map((identity) => devToken(origin, room, identity, role)))));
      }
      return tokens;
    },
    stop,
  };
}

async function startBare(): Promise<System> {
  const [port, rtcPort] = await freePorts(2 + 8);
  const { pid, stop } = await startReadyProcess('loadtest/bareServer.ts', [
    `--port=${port}`,
    `--rtc-port=${rtcPort}`,
  ]);
  return {
    kind: 'bare',
    origin: `http://localhost:${port}`,
    pid,
    tokens: async (_room, _role, count) => Array.from({ length: count }, () => ''),
    stop,
  };
}
