import { describe, expect, test } from '@jest/globals';
import { feedIdOf, partsOf, streamIdOf } from '../../client/feedNames.ts';
import { fateOf, isCurrent } from '../../client/feedLifetime.ts';
import { ViewBatch, viewportOf } from '../../client/viewBatch.ts';
import type { FeedViewport } from '../../protocol/clientMessages.ts';
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
    expect(batch.changes([small], 0).messages).toEqual([[small]]);
    expect(batch.changes([small], 1).messages).toEqual([]);
    batch.forget();
    expect(batch.changes([small], 2).messages).toEqual([[small]]);
  });

  test('more is told at once, less when it has been enough for a moment', () => {
    const batch = new ViewBatch();
    const shown = (width: number) => viewportOf(camera, [{ visible: true, width, height: 90 }], 'auto');
    const hidden = viewportOf(camera, [], 'auto');
    const told = (viewport: FeedViewport, atMs: number) => batch.changes([viewport], atMs);
    expect(told(shown(160), 0).messages).toEqual([[shown(160)]]);
    expect(told(shown(320), 10).messages).toEqual([[shown(320)]]);
    expect(told(shown(160), 20)).toEqual({ messages: [], againInMs: 2000 });
    expect(told(hidden, 1920)).toEqual({ messages: [], againInMs: 100 });
    expect(told(hidden, 2020)).toEqual({ messages: [[hidden]], againInMs: undefined });
    expect(told(shown(160), 2030).messages).toEqual([[shown(160)]]);
  });

  test('a layout that passes through other sizes tells nothing', () => {
    const batch = new ViewBatch();
    const shown = (width: number) => viewportOf(camera, [{ visible: true, width, height: 90 }], 'auto');
    batch.changes([shown(480)], 0);
    expect(batch.changes([shown(263)], 100).messages).toEqual([]);
    expect(batch.changes([shown(480)], 200)).toEqual({ messages: [], againInMs: undefined });
    expect(batch.changes([shown(263)], 550)).toEqual({ messages: [], againInMs: 2000 });
  });

  test('another quality is told at once, and a tile that is not seen yet is not told to be hidden', () => {
    const batch = new ViewBatch();
    const tile = [{ visible: true, width: 160, height: 90 }];
    expect(batch.changes([viewportOf(camera, [], 'auto')], 0)).toEqual({ messages: [], againInMs: 2000 });
    const [auto, low] = [viewportOf(camera, tile, 'auto'), viewportOf(camera, tile, 'low')];
    expect(batch.changes([auto], 100).messages).toEqual([[auto]]);
    expect(batch.changes([low], 110).messages).toEqual([[low]]);
  });

  test('no message is larger than the server takes', () => {
    const many = Array.from({ length: limits.feedViews + 1 }, (_, index) =>
      viewportOf(`p${index}:camera` as FeedId, [], 'auto'),
    );
    const batch = new ViewBatch();
    expect(batch.changes(many, 0).messages).toEqual([]);
    expect(batch.changes(many, 2000).messages.map(({ length }) => length)).toEqual([limits.feedViews, 1]);
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
