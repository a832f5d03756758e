import { observer } from 'mediasoup';
import type { types } from 'mediasoup';

const frameMs = 33;

/** Sends what a publisher's page would send of one feed, and hears what it would be asked. */
export class RtpSource {
  readonly producer: types.Producer;
  /** PLIs heard so far. */
  plis = 0;
  /** The highest simulcast layer it sends. */
  topLayer = Infinity;
  /** Makes no keyframe when it hears a PLI. */
  ignoresPlis = false;
  packetsPerFrame = 2;
  readonly #transport: types.DirectTransport;
  readonly #sequences = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #keyframe = true;
  #frames = 0;

  constructor(transport: types.DirectTransport, producer: types.Producer) {
    this.#transport = transport;
    this.producer = producer;
    transport.on('rtcp', (packet) => {
      // Payload-specific feedback, format 1.
      if (packet[1] !== 206 || (packet[0]! & 0x1f) !== 1) return;
      this.plis++;
      if (!this.ignoresPlis) this.keyframe();
    });
    this.#timer = setInterval(() => this.#sendFrame(), frameMs);
    producer.observer.once('close', () => clearInterval(this.#timer));
  }

  /** Makes the next frame one that can be shown without those before. */
  keyframe(): void {
    this.#keyframe = true;
  }

  #sendFrame(): void {
    if (this.producer.closed) return;
    this.#frames++;
    const { encodings = [], codecs } = this.producer.rtpParameters;
    // The top layer first, as libvpx and OpenH264 do it.
    for (const [layer, { ssrc }] of [...encodings.entries()].reverse()) {
      if (ssrc === undefined || layer > this.topLayer) continue;
      for (let packet = 1; packet <= this.packetsPerFrame; packet++) {
        this.#sendPacket(ssrc, codecs[0]!.payloadType, packet);
      }
      if (this.#frames % 15 === 0) this.#transport.sendRtcp(this.#report(ssrc));
    }
    this.#keyframe = false;
  }

  #sendPacket(ssrc: number, payloadType: number, packet: number): void {
    const sequence = (this.#sequences.get(ssrc) ?? 0) + 1;
    this.#sequences.set(ssrc, sequence);
    const rtp = Buffer.alloc(200, 1);
    rtp.writeUInt8(0x80, 0);
    rtp.writeUInt8(payloadType | (packet === this.packetsPerFrame ? 0x80 : 0), 1);
    rtp.writeUInt16BE(sequence & 0xffff, 2);
    rtp.writeUInt32BE(this.#timestamp, 4);
    rtp.writeUInt32BE(ssrc, 8);
    // VP8: the start of a partition, then whether the frame needs others.
    rtp.writeUInt8(packet === 1 ? 0x10 : 0, 12);
    rtp.writeUInt8(this.#keyframe && packet === 1 ? 0 : 1, 13);
    this.producer.send(rtp);
  }

  get #timestamp(): number {
    return (this.#frames * frameMs * 90) >>> 0;
  }

  #report(ssrc: number): Buffer {
    const nowMs = Date.now();
    const report = Buffer.alloc(28);
    report.writeUInt8(0x80, 0);
    report.writeUInt8(200, 1);
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(ssrc, 4);
    report.writeUInt32BE(Math.floor(nowMs / 1000) + 2_208_988_800, 8);
    report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 12);
    report.writeUInt32BE(this.#timestamp, 16);
    return report;
  }
}

/** The workers of one `Media`, as a test sees into them. */
export class WorkerView {
  readonly workers: types.Worker[] = [];
  readonly routers: types.Router[] = [];
  /** Producers at the downstream ends of pipes between nodes, in the order they came. */
  readonly imported: types.Producer[] = [];
  readonly pipeEnds: types.PlainTransport[] = [];
  /** What the upstream ends of pipes send: of a ladder its rungs, lowest first. */
  readonly exported: types.Consumer[] = [];
  /** What people here receive. */
  readonly viewed: types.Consumer[] = [];
  /** What people publish, which is sent from here instead of from a page. */
  readonly sources: RtpSource[] = [];
  readonly #busy = new Set<number>();

  /** Sees into the workers that are started until `stop()`. */
  static watch(): { view: WorkerView; stop: () => void } {
    const view = new WorkerView();
    const watch = (worker: types.Worker): void => {
      view.workers.push(worker);
      worker.observer.on('newrouter', (router) => {
        view.#busy.add(worker.pid);
        view.#watchRouter(router);
      });
    };
    observer.on('newworker', watch);
    return { view, stop: () => observer.off('newworker', watch) };
  }

  /** Workers that carry something die, as by a fault of their own. */
  killWorkers(): void {
    for (const pid of this.#busy) process.kill(pid, 'SIGKILL');
    this.#busy.clear();
  }

  #watchRouter(router: types.Router): void {
    this.routers.push(router);
    router.observer.on('newtransport', (transport) => {
      if (transport.type === 'plain') {
        this.pipeEnds.push(transport as types.PlainTransport);
        transport.observer.on('newconsumer', (consumer) => this.exported.push(consumer));
        transport.observer.on('newproducer', (producer) => this.imported.push(producer));
      }
      if (transport.type === 'webrtc') {
        transport.observer.on('newconsumer', (consumer) => this.viewed.push(consumer));
        this.#sendFromHere(router, transport);
      }
    });
  }

  #sendFromHere(router: types.Router, transport: types.Transport): void {
    const produce = async (options: types.ProducerOptions): Promise<types.Producer> => {
      const direct = await router.createDirectTransport();
      transport.observer.once('close', () => direct.close());
      const { encodings = [] } = options.rtpParameters;
      const producer = await direct.produce({
        ...options,
        rtpParameters: {
          ...options.rtpParameters,
          encodings: encodings.map(({ rid: _, ...encoding }, layer) => ({ ssrc: 7000 + layer, ...encoding })),
        },
      });
      this.sources.push(new RtpSource(direct, producer));
      return producer;
    };
    transport.produce = produce as types.Transport['produce'];
  }
}

/** Receives a producer's media as a viewer on its router would. */
export class RtpSink {
  packets = 0;
  /** The longest time without a packet so far. */
  longestGapMs = 0;
  /** Numbers that were left out and did not come later. */
  readonly missing = new Set<number>();
  readonly consumer: types.Consumer;
  #highest: number | undefined;
  #lastAtMs = performance.now();

  private constructor(consumer: types.Consumer) {
    this.consumer = consumer;
    consumer.on('rtp', (packet) => this.#received(packet.readUInt16BE(2)));
  }

  /** Shows no layer above `spatialLayer`. */
  static async open(router: types.Router, producer: types.Producer, spatialLayer = 2): Promise<RtpSink> {
    const transport = await router.createDirectTransport();
    const { codecs = [] } = router.rtpCapabilities;
    // Without header extensions there is no bandwidth estimation, which nobody would answer here.
    const rtpCapabilities = { codecs, headerExtensions: [] };
    const preferredLayers = { spatialLayer };
    return new RtpSink(
      await transport.consume({ producerId: producer.id, rtpCapabilities, preferredLayers }),
    );
  }

  get layer(): number | undefined {
    return this.consumer.currentLayers?.spatialLayer;
  }

  #received(sequence: number): void {
    const nowMs = performance.now();
    if (this.packets++ > 0) this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.#lastAtMs);
    this.#lastAtMs = nowMs;
    this.missing.delete(sequence);
    this.#highest ??= sequence;
    const ahead = (sequence - this.#highest) & 0xffff;
    if (ahead === 0 || ahead > 0x7fff) return;
    for (let left = 1; left < ahead; left++) this.missing.add((this.#highest + left) & 0xffff);
    this.#highest = sequence;
  }
}
