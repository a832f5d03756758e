import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks a second, the unit of CPU times in /proc. */
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** What a server's processes have used so far: Node itself, and its media workers together. */
export interface ServerCost {
  atMs: number;
  nodeCpuMs: number;
  workersCpuMs: number;
  nodeRssKiB: number;
  workersRssKiB: number;
}

/** Reads the kernel's own accounting for a server and the mediasoup workers below it. */
export function serverCost(pid: number): ServerCost {
  const workers = workerPids(pid);
  return {
    atMs: performance.now(),
    nodeCpuMs: cpuMs(pid),
    workersCpuMs: sum(workers.map(cpuMs)),
    nodeRssKiB: rssKiB(pid),
    workersRssKiB: sum(workers.map(rssKiB)),
  };
}

/** CPU time of a process and of everything that descends from it, each so far. */
export function treeCpuMs(pid: number): Map<number, number> {
  return new Map([pid, ...descendants(pid)].map((one) => [one, cpuMs(one)]));
}

/** CPU time spent between two readings of a tree; what ended meanwhile is left out. */
export function treeCpuSince(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  return sum([...now].map(([pid, ms]) => ms - (before.get(pid) ?? 0)));
}

/** CPU time the machine has spent on anything at all since it started. */
export function machineCpuMs(): number {
  const stat = readOrEmpty('/proc/stat');
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = stat
    .slice('cpu'.length, stat.indexOf('\n'))
    .trim()
    .split(' ')
    .map(Number);
  return ((user + nice + system + interrupts + softInterrupts) / ticksPerSecond) * 1000;
}

/** User and system time of all threads of a process. */
function cpuMs(pid: number): number {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  // The program's name stands in brackets and may hold anything; fields are counted behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond) * 1000;
}

function rssKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1] ?? 0);
}

function workerPids(pid: number): number[] {
  return descendants(pid).filter((child) => readOrEmpty(`/proc/${child}/comm`).startsWith('mediasoup-worke'));
}

function descendants(pid: number): number[] {
  const children = threads(pid).flatMap((thread) =>
    readOrEmpty(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A process may end between being listed and being read. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
