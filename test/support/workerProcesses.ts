import { readFileSync } from 'node:fs';

/** The pids of a server's media workers, as the kernel lists its children. */
export function workerPids(serverPid: number): number[] {
  return readFileSync(`/proc/${serverPid}/task/${serverPid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
