import { describe, expect, test } from '@jest/globals';
import { feedIdOf, partsOf, streamIdOf } from '../../client/feedNames.ts';
import { fateOf, isCurrent } from '../../client/feedLifetime.ts';
import { ViewBatch, viewportOf } from '../../client/viewBatch.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { limits } from '../../protocol/limits.ts';
import type { FeedView, MediaIntent, RoomView } from '../../protocol/roomView.ts';
import type { Source } from '../../protocol/sources.ts';

const hanna = 'hanna' as ParticipantId;
const camera = feedIdOf(hanna, 'camera');

describe('what is told of what is seen', () => {
  test('the largest visible element decides', () => {
    const elements = [
      { visible: true, width: 100.4, height: 60 },
      { visible: true, width: 640, height: 360 },
      { visible: false, width: 1920, height: 1080 },
    ];
    expect(viewportOf(camera, elements, 'auto')).toEqual({
      feedId: camera,
      visible: true,
      width: 640,
      height: 360,
      quality: 'auto',
    });
  });

  test('a feed that no element shows is not seen', () => {
    expect(viewportOf(camera, [], 'low')).toMatchObject({ visible: false, width: 0, height: 0 });
  });

  test('only changes are told', () => {
    const batch = new ViewBatch();
    const small = viewportOf(camera, [{ visible: true, width: 100, height: 60 }], 'auto');
    expect(batch.changes([small])).toEqual([[small]]);
    expect(batch.changes([small])).toEqual([]);
    batch.forget();
    expect(batch.changes([small])).toEqual([[small]]);
  });

  test('no message is larger than the server takes', () => {
    const many = Array.from({ length: limits.feedViews + 1 }, (_, index) =>
      viewportOf(`p${index}:camera` as FeedId, [], 'auto'),
    );
    expect(new ViewBatch().changes(many).map((message) => message.length)).toEqual([limits.feedViews, 1]);
  });
});

describe('a feed whose media stopped', () => {
  const on: MediaIntent = {
    version: 1,
    microphone: true,
    camera: true,
    locked: { microphone: false, camera: false },
  };
  const view = (intent: MediaIntent, feeds: FeedView[]): RoomView =>
    ({ stage: [{ id: hanna, intent, feeds }] }) as unknown as RoomView;
  const cameraFeed: FeedView = { feedId: camera, source: 'camera', kind: 'video', epoch: 2 };

  test('stays while the room has it', () => {
    expect(fateOf(camera, view(on, [cameraFeed]))).toBe('stays');
    expect(isCurrent(camera, 2, view(on, [cameraFeed]))).toBe(true);
    expect(isCurrent(camera, 1, view(on, [cameraFeed]))).toBe(false);
  });

  test('lingers when its owner wants it on and is most likely coming back', () => {
    expect(fateOf(camera, view(on, []))).toBe('lingers');
    expect(fateOf(camera, view({ ...on, camera: false }, []))).toBe('goes');
  });

  test('a shared screen goes at once, and everything goes with its owner', () => {
    expect(fateOf(feedIdOf(hanna, 'screen'), view(on, []))).toBe('goes');
    expect(fateOf(feedIdOf('nobody' as ParticipantId, 'camera'), view(on, [cameraFeed]))).toBe('goes');
  });
});

describe('names of feeds', () => {
  test('owner and source come back out, whatever the identity looks like', () => {
    for (const source of ['camera', 'microphone', 'screen', 'screen-audio'] as Source[]) {
      const participantId = 'a.b_c-d@example.org' as ParticipantId;
      expect(partsOf(feedIdOf(participantId, source))).toEqual({ participantId, source });
    }
  });

  test('lips go with the voice, a screen with its sound', () => {
    expect(streamIdOf(hanna, 'camera')).toBe(streamIdOf(hanna, 'microphone'));
    expect(streamIdOf(hanna, 'screen')).toBe(streamIdOf(hanna, 'screen-audio'));
    expect(streamIdOf(hanna, 'screen')).not.toBe(streamIdOf(hanna, 'camera'));
  });
});
