import { execFileSync } from 'node:child_process';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Media } from '../../server/media/mediaTypes.ts';
import { startMedia } from '../../test/support/mediaRoom.ts';
import { treeCpuMs } from '../processCost.ts';

const loopback = '127.0.0.1';

/** The media of one node, with one worker. What is published there comes by UDP from a program instead of from a page. */
export class HopNode {
  readonly media: Media;
  readonly #seen: Seen;

  private constructor(media: Media, seen: Seen) {
    this.media = media;
    this.#seen = seen;
  }

  static async start(): Promise<HopNode> {
    const seen: Seen = { workers: [], routers: [], producers: [], inlets: [] };
    const watch = (worker: types.Worker): void => {
      seen.workers.push(worker);
      worker.observer.on('newrouter', (router) => watchRouter(router, seen));
    };
    observer.on('newworker', watch);
    const media = await startMedia({ workers: 1, spareWorker: false });
    observer.off('newworker', watch);
    return new HopNode(media, seen);
  }

  /** What was published or imported last. */
  get latest(): { router: types.Router; producer: types.Producer } {
    const [router, producer] = [this.#seen.routers.at(-1), this.#seen.producers.at(-1)];
    if (!router || !producer) throw new Error('nothing has come to this node');
    return { router, producer };
  }

  /** Where to send the packets of what was published last. */
  get latestInletPort(): number {
    const inlet = this.#seen.inlets.at(-1);
    if (!inlet) throw new Error('nothing has been published here');
    return inlet.tuple.localPort;
  }

  /** Has the worker run on these of the machine's cores alone. */
  runOn(cores: string): void {
    for (const { pid } of this.#seen.workers) runOn(cores, pid);
  }

  /** User and system time of the worker so far. */
  get workerCpuMs(): number {
    const [worker] = this.#seen.workers;
    return worker === undefined ? NaN : (treeCpuMs(worker.pid).get(worker.pid) ?? NaN);
  }

  async close(): Promise<void> {
    await this.media.close();
  }
}

/** Has a process run on these of the machine's cores alone, e.g. `0` or `0-1`. */
export function runOn(cores: string, pid: number): void {
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, String(pid)]);
}

interface Seen {
  workers: types.Worker[];
  routers: types.Router[];
  producers: types.Producer[];
  inlets: types.PlainTransport[];
}

function watchRouter(router: types.Router, seen: Seen): void {
  seen.routers.push(router);
  router.observer.on('newtransport', (transport) => {
    transport.observer.on('newproducer', (producer) => seen.producers.push(producer));
    if (transport.type !== 'webrtc') return;
    const produce = async (options: types.ProducerOptions): Promise<types.Producer> => {
      const inlet = await router.createPlainTransport({
        listenInfo: { protocol: 'udp', ip: loopback },
        rtcpMux: true,
        comedia: true,
      });
      seen.inlets.push(inlet);
      return inlet.produce(options);
    };
    transport.produce = produce as types.Transport['produce'];
  });
}

/** Sends a producer's packets, as a viewer would get them but unencrypted, to a UDP port here. */
export async function sendTo(
  port: number,
  { router, producer }: { router: types.Router; producer: types.Producer },
): Promise<void> {
  const outlet = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: loopback },
    rtcpMux: true,
    comedia: false,
  });
  await outlet.connect({ ip: loopback, port });
  const { codecs = [] } = router.rtpCapabilities;
  // Without header extensions there is no bandwidth estimation, which nobody would answer here.
  await outlet.consume({ producerId: producer.id, rtpCapabilities: { codecs, headerExtensions: [] } });
}
