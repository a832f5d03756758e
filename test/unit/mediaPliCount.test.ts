import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { Feed } from '../../server/media/feed.ts';
import type { FeedUpstream } from '../../server/media/feed.ts';
import { feedLayers } from '../../server/media/layerChoice.ts';
import { defaultMediaSettings } from '../../server/media/mediaSettings.ts';
import type { RoomContext } from '../../server/media/roomContext.ts';
import { cameraParameters } from '../support/rtpParameters.ts';

/** A producer that only tells what mediasoup's would, once it was asked to. */
class TracedProducer extends EventEmitter {
  readonly id = 'p';
  readonly paused = false;
  readonly closed = false;
  readonly score = [];
  traced: readonly string[] = [];
  async enableTraceEvent(types: readonly string[]): Promise<void> {
    this.traced = types;
  }
  tell(type: string, direction: 'in' | 'out', timestamp = 0): void {
    if (this.traced.includes(type)) this.emit('trace', { type, direction, timestamp, info: {} });
  }
  close(): void {}
}

test.each([true, false])('keyframes asked by RTCP are told of; by message too: %j', (keyframes) => {
  const told: FeedId[] = [];
  const feedId = 'ann:camera' as FeedId;
  const upstream: FeedUpstream = {
    pliSent: () => told.push(feedId),
    wantLayers: () => undefined,
    lost: () => undefined,
    ...(keyframes && { askKeyframe: () => undefined }),
  };
  const producer = new TracedProducer();
  const context = { settings: defaultMediaSettings } as unknown as RoomContext;
  const feed = new Feed(context, {} as never, producer as never, {
    feedId,
    publisherId: 'ann' as ParticipantId,
    epoch: 1,
    source: 'camera',
    layers: feedLayers(cameraParameters(1).encodings, defaultMediaSettings.cameraPicture),
    upstream,
    keyframes: defaultMediaSettings.keyframes,
  });
  // The three layers of one moment are one request.
  for (const atMs of [5000, 5004, 5020]) producer.tell('pli', 'out', atMs);
  producer.tell('fir', 'out', 5400);
  producer.tell('pli', 'in', 6000);
  producer.tell('keyframe', 'in', 7000);
  expect(told).toEqual(['ann:camera', 'ann:camera']);
  feed.close();
});
