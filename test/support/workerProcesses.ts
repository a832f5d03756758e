import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** The pids of a server's media workers that have a media port, by the kernel's word; the spare one has none. */
export function workerPids(serverPid: number): number[] {
  const listening = listeningSockets();
  return childPids(serverPid).filter((pid) => sockets(pid).some((socket) => listening.has(socket)));
}

/** The pids of all processes that a server has started, the spare media worker's included. */
export function childPids(serverPid: number): number[] {
  return readFileSync(`/proc/${serverPid}/task/${serverPid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function listeningSockets(): Set<string> {
  const listens = '0A';
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return new Set(columns.filter(([, , , state]) => state === listens).map((row) => `socket:[${row[9]}]`));
}

/** A process may end, or close a file, between being listed and being read. */
function sockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((file) => readlinkSync(`/proc/${pid}/fd/${file}`));
  } catch {
    return [];
  }
}
