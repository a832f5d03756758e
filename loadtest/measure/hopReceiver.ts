import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { comeFirst } from '../../test/support/priority.ts';
import { isRtp } from '../../test/support/rtpPackets.ts';
import { packetNumber } from './hopPackets.ts';

/** The clock that all threads have in common, in ms. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Writes down when each packet comes. In a thread of its own, as two receivers in one event loop would take turns and
 * so make the way to one of them look longer.
 */
export class HopReceiver {
  readonly port: number;
  readonly #thread: Worker;

  private constructor(port: number, thread: Worker) {
    this.port = port;
    this.#thread = thread;
  }

  static async start(): Promise<HopReceiver> {
    const thread = new Worker(fileURLToPath(import.meta.url), { workerData: { hopReceiver: true } });
    const [port] = (await once(thread, 'message')) as [number];
    return new HopReceiver(port, thread);
  }

  /** When the packets came, by their numbers, since this was last asked. */
  async take(): Promise<ReadonlyMap<number, number>> {
    this.#thread.postMessage('take');
    const [came] = (await once(this.#thread, 'message')) as [ReadonlyMap<number, number>];
    return came;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}

async function receive(): Promise<void> {
  comeFirst(true);
  let came = new Map<number, number>();
  const socket = createSocket('udp4');
  socket.on('message', (packet) => {
    const nowMs = sharedClockMs();
    if (isRtp(packet)) came.set(packetNumber(packet), nowMs);
  });
  parentPort?.on('message', () => {
    parentPort?.postMessage(came);
    came = new Map();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  parentPort?.postMessage(socket.address().port);
}

if (!isMainThread && (workerData as { hopReceiver?: boolean }).hopReceiver) await receive();
