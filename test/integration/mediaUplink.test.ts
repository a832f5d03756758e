import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import type { Source } from '../../protocol/identity.ts';
import type { QualityLevel } from '../../protocol/qualityLevel.ts';
import { mediaCodecs } from '../../server/media/codecs.ts';
import { defaultMediaSettings } from '../../server/media/mediaSettings.ts';
import { UplinkWatch } from '../../server/media/uplinkWatch.ts';
import type { WatchedFeed } from '../../server/media/uplinkWatch.ts';
import { startBareWorker } from '../support/bareWorker.ts';
import { ann, until } from '../support/mediaRoom.ts';
import { rtpPacket, senderReport } from '../support/rtpPackets.ts';

/** A publisher's feed by a transport whose packets the test sends itself, and leaves out. */
class Line {
  readonly feed: WatchedFeed;
  readonly #transport: types.DirectTransport;
  readonly #ssrcs: number[];
  readonly #payloadType: number;
  #sequence = 1;

  constructor(transport: types.DirectTransport, producer: types.Producer, source: Source) {
    this.#transport = transport;
    this.#ssrcs = producer.rtpParameters.encodings!.map(({ ssrc }) => ssrc!);
    this.#payloadType = producer.rtpParameters.codecs[0]!.payloadType;
    this.feed = { publisherId: ann, source, producer };
  }

  /** Sends, as far as it is not lost, what a publisher sends of his layers between so many reports. */
  send(reports: number, isLost: (packet: number) => boolean = () => false, layers = 1): void {
    for (let report = 0; report < reports; report++) {
      const first = this.#sequence;
      this.#sequence += 20;
      for (const ssrc of this.#ssrcs.slice(0, layers)) {
        for (let packet = 0; packet < 20; packet++) {
          if (!isLost(packet)) this.feed.producer.send(rtpPacket(ssrc, this.#payloadType, first + packet));
        }
        this.#transport.sendRtcp(senderReport(ssrc));
      }
    }
  }

  get scores(): number[] {
    return this.feed.producer.score.map(({ score }) => score);
  }
}

describe('the uplink of a publisher', () => {
  let worker: types.Worker;
  let transport: types.DirectTransport;
  let watch: UplinkWatch;
  let told: QualityLevel[];
  let ssrcs = 5000;

  beforeAll(async () => {
    worker = await startBareWorker();
  });
  afterAll(() => {
    worker.close();
  });
  beforeEach(async () => {
    const router = await worker.createRouter({ mediaCodecs });
    transport = await router.createDirectTransport();
    told = [];
    watch = new UplinkWatch({
      settings: { ...defaultMediaSettings, uplinkWorseAfterMs: 20, uplinkBetterAfterMs: 40 },
      events: { quality: (_id: unknown, level: QualityLevel) => told.push(level) },
    });
  });
  afterEach(() => {
    transport.close();
  });

  async function line(source: Source): Promise<Line> {
    const video = source !== 'microphone';
    const producer = await transport.produce({
      kind: video ? 'video' : 'audio',
      rtpParameters: {
        codecs: [
          video
            ? { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }
            : { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 },
        ],
        encodings: video ? [{ ssrc: ssrcs++ }, { ssrc: ssrcs++ }] : [{ ssrc: ssrcs++, dtx: true }],
      },
    });
    const made = new Line(transport, producer, source);
    watch.add(made.feed);
    return made;
  }
  const everyTenth = (packet: number): boolean => packet % 10 === 5;
  const everyFourth = (packet: number): boolean => packet % 4 === 2;

  test('is told when packets are lost, the more the worse, and when they come again', async () => {
    const microphone = await line('microphone');
    microphone.send(3);
    microphone.send(24, everyTenth);
    await until('it is fair', () => told.at(-1) === 'fair');
    microphone.send(24, everyFourth);
    await until('it is poor', () => told.at(-1) === 'poor');
    microphone.send(24);
    await until('it is good', () => told.at(-1) === 'good');
    expect(told.slice(0, 2)).toEqual(['fair', 'poor']);
    watch.remove(microphone.feed);
  });

  test('is good again for all when the feed that suffered is paused, or gone', async () => {
    const microphone = await line('microphone');
    microphone.send(24, everyFourth);
    await until('it is poor', () => told.at(-1) === 'poor');
    await microphone.feed.producer.pause();
    await until('the mute is seen', () => told.at(-1) === 'good');
    await microphone.feed.producer.resume();
    await until('what was so before is so again', () => told.at(-1) === 'poor');
    watch.remove(microphone.feed);
    expect(told).toEqual(['poor', 'good', 'poor', 'good']);
  });

  test('goes on as it was when a layer is switched off', async () => {
    const camera = await line('camera');
    camera.send(3, undefined, 2);
    await until('both layers come', () => camera.scores.join() === '10,10');
    const lowest = setInterval(() => camera.send(1), 20);
    await until('one layer comes', () => camera.scores.join() === '10,0');
    clearInterval(lowest);
    expect(told).toEqual([]);
    watch.remove(camera.feed);
  });

  test('is not blamed for a camera that has just been turned on, but for one that ceases', async () => {
    const camera = await line('camera');
    camera.send(3);
    await until('it comes', () => camera.scores.join() === '10');
    await camera.feed.producer.pause();
    await camera.feed.producer.resume();
    await until('nothing comes', () => camera.scores.join() === '0');
    camera.send(3);
    await until('it comes after all', () => camera.scores.join() === '10');
    expect(told).toEqual([]);
    await until('it is poor', () => told.at(-1) === 'poor');
    watch.remove(camera.feed);
    expect(told).toEqual(['poor', 'good']);
  });
});
