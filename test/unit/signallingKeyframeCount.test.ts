import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { done } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import type { RoomMediaEvents } from '../../server/media/mediaTypes.ts';
import { LiveRoom } from '../../server/signalling/liveRoom.ts';

test('a keyframe asked by message counts when it is sent, not when its publisher is away', async () => {
  const counted: string[] = [];
  const sent: unknown[] = [];
  let events: RoomMediaEvents | undefined;
  const live = new LiveRoom({
    log: pino({ level: 'silent' }),
    room: { id: 'studio', join: () => done({}), self: () => undefined, run: () => done({}) },
    openMedia: (_roomId: string, told: RoomMediaEvents) => {
      events = told;
      return { join: () => Promise.resolve(done({ kept: true })) };
    },
    keyframeAsked: (path: string) => counted.push(path),
  } as never);
  const connection = { open: true, socket: { emit: (...message: unknown[]) => sent.push(message) } };
  await live.join(connection as never, { id: 'ann', rights: [] } as never, { features: {} } as never);

  events?.keyframeWanted('ann' as ParticipantId, 'ann:camera' as FeedId);
  events?.keyframeWanted('bob' as ParticipantId, 'bob:camera' as FeedId);
  expect(sent).toEqual([['keyframe', { feedId: 'ann:camera' }]]);
  expect(counted).toEqual(['message']);
});
