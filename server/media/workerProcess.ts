import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';

/** Node tells here of every process that is spawned, while it is spawned. */
const spawned = 'child_process';

/**
 * Starts a worker's process. `worker` waits without end for a process that hangs, and mediasoup gives away no handle
 * of it before it answers; so the process is caught as it is spawned.
 */
export function startWorkerProcess(options: types.WorkerSettings): {
  child: ChildProcess | undefined;
  worker: Promise<types.Worker>;
} {
  let child: ChildProcess | undefined;
  const caught = (message: unknown): void => {
    child = (message as { process: ChildProcess }).process;
  };
  subscribe(spawned, caught);
  try {
    // It spawns before it first awaits.
    const worker = withoutSignalHandlers(() => createWorker(options));
    return { child, worker };
  } finally {
    unsubscribe(spawned, caught);
  }
}

/**
 * mediasoup closes a worker by itself when the process gets SIGINT or SIGTERM. Here a signal starts a drain, during
 * which media goes on, so the handlers that `create` adds (before it first awaits) are taken off again.
 */
function withoutSignalHandlers<T>(create: () => T): T {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = signals.map((signal) => process.rawListeners(signal));
  const created = create();
  signals.forEach((signal, index) => {
    for (const listener of process.rawListeners(signal)) {
      if (!before[index]?.includes(listener))
        process.removeListener(signal, listener as NodeJS.SignalsListener);
    }
  });
  return created;
}
