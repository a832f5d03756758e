import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import { pino } from 'pino';
import { feedIdOf } from '../../protocol/identity.ts';
import { mediaCodecs } from '../../server/media/codecs.ts';
import { Feed } from '../../server/media/feed.ts';
import { feedLayers } from '../../server/media/layerChoice.ts';
import { defaultMediaSettings } from '../../server/media/mediaSettings.ts';
import { PeerConsumer } from '../../server/media/peerConsumer.ts';
import { startBareWorker } from '../support/bareWorker.ts';
import { ann, until } from '../support/mediaRoom.ts';
import { keyframePacket, rtpPacket, senderReport } from '../support/rtpPackets.ts';

const ssrcs = [7001, 7002, 7003];
const payloadType = 96;
const scales = [4, 2, 1];

describe('a publisher that drops layers by itself', () => {
  let worker: types.Worker;
  let transport: types.DirectTransport;
  let feed: Feed;
  let asked: number;
  let sequence: number;
  const consumers: PeerConsumer[] = [];

  beforeAll(async () => {
    worker = await startBareWorker();
  });
  afterAll(() => {
    worker.close();
  });
  beforeEach(async () => {
    asked = 0;
    sequence = 1;
    const router = await worker.createRouter({ mediaCodecs });
    transport = await router.createDirectTransport();
    const rtpParameters = {
      codecs: [{ mimeType: 'video/VP8', payloadType, clockRate: 90_000 }],
      encodings: ssrcs.map((ssrc, layer) => ({ ssrc, scaleResolutionDownBy: scales[layer]! })),
    };
    const producer = await transport.produce({ kind: 'video', rtpParameters });
    const context = { settings: defaultMediaSettings, log: pino({ level: 'silent' }) };
    feed = new Feed(context as never, shard, producer, {
      feedId: feedIdOf(ann, 'camera'),
      epoch: 1,
      source: 'camera',
      publisherId: ann,
      layers: feedLayers(rtpParameters.encodings, defaultMediaSettings.cameraPicture),
      upstream: {
        askKeyframe: () => asked++,
        wantLayers: () => undefined,
        pliSent: () => undefined,
        lost: () => undefined,
      },
      keyframes: defaultMediaSettings.keyframes,
    });
  });
  afterEach(() => {
    for (const consumer of consumers.splice(0)) consumer.close();
    feed.close();
    transport.close();
  });
  const shard = { id: 'here' } as never;

  /** One more frame on each of these layers. */
  function send(layers: number[], packet = rtpPacket): void {
    sequence++;
    for (const layer of layers) {
      feed.producer.send(packet(ssrcs[layer]!, payloadType, sequence));
      transport.sendRtcp(senderReport(ssrcs[layer]!));
    }
  }

  /** Somebody who has just joined; `frames` counts what reaches him. */
  async function newcomer(): Promise<{ frames: () => number }> {
    const startLayer = feed.liveLayer;
    const consumer = await transport.consume({
      producerId: feed.producer.id,
      rtpCapabilities: {
        codecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 101 }],
      },
      preferredLayers: { spatialLayer: startLayer },
    });
    let frames = 0;
    consumer.on('rtp', () => frames++);
    const made = new PeerConsumer({
      feed,
      shard,
      consumer,
      startLayer,
      viewport: undefined,
      connected: () => true,
    });
    consumers.push(made);
    made.flowing();
    return { frames: () => frames };
  }

  async function untilAllLayersAreThere(): Promise<void> {
    send([0, 1, 2], keyframePacket);
    await until('the layers are known', () => feed.producer.score.length === 3);
    await until('the keyframe is counted', () => feed.sent!.top === 2);
  }

  test('does not keep a newcomer waiting for one of them', async () => {
    await untilAllLayersAreThere();
    const viewer = await newcomer();
    send([0, 1], keyframePacket);
    await until('they are known to be missing', () => feed.sent!.top === 1);
    // Well before the layer that has ceased is given up for its silence.
    expect(feed.producer.score.map(({ score }) => score)).toEqual([10, 10, 10]);
    await until('he is moved', () => consumers[0]!.consumer.preferredLayers?.spatialLayer === 1);
    expect(viewer.frames()).toBe(0);
    send([0, 1], keyframePacket);
    await until('he has a picture', () => viewer.frames() > 0);
    await until('he may move up again', () => consumers[0]!.consumer.preferredLayers?.spatialLayer === 2);
  });

  test('starts the next newcomer on what it sends', async () => {
    await untilAllLayersAreThere();
    send([0], keyframePacket);
    await until('the others are known to be missing', () => feed.liveLayer === 0);
    const viewer = await newcomer();
    send([0], keyframePacket);
    await until('he has a picture', () => viewer.frames() > 0);
    send([0, 1, 2], keyframePacket);
    await until('they are back', () => feed.liveLayer === 2);
  });

  test('is asked for a keyframe as soon as the layer is given up', async () => {
    await untilAllLayersAreThere();
    const lower = setInterval(() => send([0, 1]), 20);
    await until('the layer is given up', () => feed.producer.score.at(-1)?.score === 0);
    clearInterval(lower);
    expect(asked).toBe(0);
    await until('it is asked', () => asked > 0);
  });
});
