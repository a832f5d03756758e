import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { Feed } from '../../server/media/feed.ts';
import { defaultMediaSettings } from '../../server/media/mediaSettings.ts';
import type { RoomContext } from '../../server/media/roomContext.ts';
import { cameraParameters } from '../support/rtpParameters.ts';

/** A producer that only tells what mediasoup's would, once it was asked to. */
class TracedProducer extends EventEmitter {
  readonly id = 'p';
  readonly paused = false;
  readonly closed = false;
  traced: readonly string[] = [];
  async enableTraceEvent(types: readonly string[]): Promise<void> {
    this.traced = types;
  }
  tell(type: string, direction: 'in' | 'out'): void {
    if (this.traced.includes(type)) this.emit('trace', { type, direction, timestamp: 0, info: {} });
  }
  close(): void {}
}

test.each([true, false])('keyframes asked by RTCP are told of; by message too: %j', (keyframes) => {
  const told: FeedId[] = [];
  const events = {
    pliSent: (feedId: FeedId) => told.push(feedId),
    layersWanted: () => undefined,
  };
  const producer = new TracedProducer();
  const context = { settings: defaultMediaSettings, events } as unknown as RoomContext;
  const feed = new Feed(context, {} as never, producer as never, {
    feedId: 'ann:camera' as FeedId,
    publisherId: 'ann' as ParticipantId,
    epoch: 1,
    source: 'camera',
    keyframes,
    rtpParameters: cameraParameters(1),
  });
  producer.tell('pli', 'out');
  producer.tell('fir', 'out');
  producer.tell('pli', 'in');
  producer.tell('keyframe', 'in');
  expect(told).toEqual(['ann:camera', 'ann:camera']);
  feed.close();
});
