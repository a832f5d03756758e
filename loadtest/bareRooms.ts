import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import type { RtpCapabilitiesMessage, TransportInfo } from '../protocol/mediaParameters.ts';
import { mediaCodecs, routerCapabilities } from '../server/media/codecs.ts';
import { defaultMediaSettings as settings } from '../server/media/mediaSettings.ts';
import { findWorkerBin } from '../tools/worker/workerPath.mjs';
import type { BareConsumer, BareMessages } from './bareWire.ts';

interface BareWorker {
  worker: types.Worker;
  webRtcServer: types.WebRtcServer;
  rooms: number;
}

interface BareRoom {
  worker: BareWorker;
  router: types.Router;
  transports: Set<string>;
  producers: Set<types.Producer>;
}

/** Rooms that are nothing but a mediasoup router each, on the worker that has the fewest. */
export class BareRooms {
  readonly rtpCapabilities = routerCapabilities();
  readonly #workers: BareWorker[];
  readonly #rooms = new Map<string, Promise<BareRoom>>();
  readonly #transports = new Map<string, { transport: types.WebRtcTransport; room: BareRoom }>();

  private constructor(workers: BareWorker[]) {
    this.#workers = workers;
  }

  static async start(rtcPort: number): Promise<BareRooms> {
    const workers = Array.from({ length: settings.workers }, (_, slot) => startWorker(rtcPort + slot));
    return new BareRooms(await Promise.all(workers));
  }

  async join({
    room: name,
    rtpCapabilities,
    fingerprints,
  }: BareMessages['join']['ask']): Promise<BareMessages['join']['answer']> {
    const room = await this.#room(name);
    const transport = await this.#open(name, room);
    const [consumers] = await Promise.all([
      Promise.all([...room.producers].map((producer) => consume(transport, producer, rtpCapabilities))),
      transport.connect({ dtlsParameters: { role: 'client', fingerprints } }),
    ]);
    return { recv: transportInfo(transport), consumers };
  }

  async publish({
    room: name,
    fingerprints,
  }: BareMessages['publish']['ask']): Promise<BareMessages['publish']['answer']> {
    const transport = await this.#open(name, await this.#room(name));
    await Promise.all([
      transport.connect({ dtlsParameters: { role: 'client', fingerprints } }),
      transport.setMaxIncomingBitrate(settings.maxIncomingBps),
    ]);
    return { send: transportInfo(transport) };
  }

  async produce({
    transportId,
    kind,
    rtpParameters,
  }: BareMessages['produce']['ask']): Promise<BareMessages['produce']['answer']> {
    const found = this.#transports.get(transportId);
    if (!found) throw new Error('there is no such transport');
    const { transport, room } = found;
    const producer = await transport.produce({ kind, rtpParameters: rtpParameters as types.RtpParameters });
    room.producers.add(producer);
    producer.observer.once('close', () => room.producers.delete(producer));
    return { id: producer.id };
  }

  async leave({ transportId }: BareMessages['leave']['ask']): Promise<BareMessages['leave']['answer']> {
    this.#transports.get(transportId)?.transport.close();
    return {};
  }

  close(): void {
    for (const { worker } of this.#workers) worker.close();
  }

  async #room(name: string): Promise<BareRoom> {
    let room = this.#rooms.get(name);
    if (!room) {
      room = this.#openRoom();
      this.#rooms.set(name, room);
    }
    return room;
  }

  async #openRoom(): Promise<BareRoom> {
    const worker = this.#workers.reduce((least, other) => (other.rooms < least.rooms ? other : least));
    worker.rooms++;
    const router = await worker.worker.createRouter({ mediaCodecs });
    return { worker, router, transports: new Set(), producers: new Set() };
  }

  async #open(name: string, room: BareRoom): Promise<types.WebRtcTransport> {
    const transport = await room.router.createWebRtcTransport({
      webRtcServer: room.worker.webRtcServer,
      initialAvailableOutgoingBitrate: settings.initialOutgoingBps,
      preferUdp: true,
    });
    this.#transports.set(transport.id, { transport, room });
    room.transports.add(transport.id);
    transport.on('dtlsstatechange', (state) => {
      if (state === 'closed' || state === 'failed') transport.close();
    });
    transport.observer.once('close', () => {
      this.#transports.delete(transport.id);
      room.transports.delete(transport.id);
      if (room.transports.size > 0) return;
      this.#rooms.delete(name);
      room.worker.rooms--;
      room.router.close();
    });
    return transport;
  }
}

async function startWorker(port: number): Promise<BareWorker> {
  const workerBin = findWorkerBin();
  const worker = await createWorker({ logLevel: settings.workerLogLevel, ...(workerBin && { workerBin }) });
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      ip: '127.0.0.1',
      port,
    })),
  });
  return { worker, webRtcServer, rooms: 0 };
}

async function consume(
  transport: types.WebRtcTransport,
  producer: types.Producer,
  rtpCapabilities: RtpCapabilitiesMessage,
): Promise<BareConsumer> {
  const consumer = await transport.consume({
    producerId: producer.id,
    rtpCapabilities: rtpCapabilities as types.RtpCapabilities,
  });
  return {
    id: consumer.id,
    producerId: producer.id,
    kind: consumer.kind,
    rtpParameters: consumer.rtpParameters as BareConsumer['rtpParameters'],
  };
}

function transportInfo({
  id,
  iceParameters,
  iceCandidates,
  dtlsParameters,
}: types.WebRtcTransport): TransportInfo {
  return { id, iceParameters, iceCandidates, dtlsParameters };
}
