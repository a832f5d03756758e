import { describe, expect, test } from '@jest/globals';
import type { Actor } from '../../server/rooms/commands.ts';
import { Show, carl, feedOf, hanna, mona, vera } from '../support/show.ts';

function intentOf(show: Show, who: Actor) {
  return show.member(who)!.intent;
}

describe('microphone and camera as their owner wants them', () => {
  test('change with a version, and pause the open feed', () => {
    const show = new Show().join(hanna).open(hanna, 'microphone', 'camera', 'screen');
    const { version } = intentOf(show, hanna);
    expect(show.run({ type: 'setIntent', by: hanna, version, microphone: false })).toEqual([
      { type: 'pauseFeed', feedId: 'hanna:microphone', paused: true },
      { type: 'roomChanged' },
    ]);
    expect(intentOf(show, hanna)).toMatchObject({ version: version + 1, microphone: false, camera: true });
    expect(
      show.run({ type: 'setIntent', by: hanna, version: version + 1, microphone: true, camera: false }),
    ).toEqual([
      { type: 'pauseFeed', feedId: 'hanna:microphone', paused: false },
      { type: 'pauseFeed', feedId: 'hanna:camera', paused: true },
      { type: 'roomChanged' },
    ]);
  });

  test('pause nothing that is not being sent', () => {
    const show = new Show().join(hanna);
    const { version } = intentOf(show, hanna);
    expect(show.run({ type: 'setIntent', by: hanna, version, camera: false })).toEqual([
      { type: 'roomChanged' },
    ]);
  });

  test('do not change from a version that is not the present one', () => {
    const show = new Show().join(hanna);
    const { version } = intentOf(show, hanna);
    for (const other of [version - 1, version + 1]) {
      expect(show.refusal({ type: 'setIntent', by: hanna, version: other, camera: false })).toBe(
        'stale-intent',
      );
    }
  });

  test('keep their version when nothing changes', () => {
    const show = new Show().join(hanna);
    const before = show.state;
    show.run({ type: 'setIntent', by: hanna, version: intentOf(show, hanna).version, camera: true });
    expect(show.state).toBe(before);
  });

  test('are for those on stage', () => {
    const show = new Show().join(hanna, vera);
    expect(show.refusal({ type: 'setIntent', by: vera, version: 1, camera: true })).toBe('not-on-stage');
  });

  test('never go back to an earlier version on a later seat', () => {
    const show = new Show().join(hanna, carl);
    const { version } = intentOf(show, carl);
    show.run({ type: 'setIntent', by: carl, version, camera: false });
    show.run({ type: 'depart', id: carl.id });
    show.join(carl);
    expect(intentOf(show, carl).version).toBeGreaterThan(version + 1);
  });
});

describe('muting somebody', () => {
  test('turns the source off, and he may turn it on again', () => {
    const show = new Show().join(hanna, carl).open(carl, 'microphone');
    const { version } = intentOf(show, carl);
    expect(show.run({ type: 'mute', by: hanna, id: carl.id, source: 'microphone' })).toEqual([
      { type: 'pauseFeed', feedId: 'carl:microphone', paused: true },
      { type: 'roomChanged' },
    ]);
    expect(show.refusal({ type: 'setIntent', by: carl, version, microphone: true })).toBe('stale-intent');
    show.run({ type: 'setIntent', by: carl, version: version + 1, microphone: true });
    expect(intentOf(show, carl)).toMatchObject({ version: version + 2, microphone: true });
  });

  test('changes nothing where the source is off already', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'mute', by: hanna, id: carl.id, source: 'camera' });
    const before = show.state;
    show.run({ type: 'mute', by: hanna, id: carl.id, source: 'camera' });
    expect(show.state).toBe(before);
  });

  test('needs the right to moderate, somebody on stage, and never meets the host', () => {
    const show = new Show().join(hanna, carl, mona, vera);
    const mute = (by: Actor, who: Actor) =>
      show.refusal({ type: 'mute', by, id: who.id, source: 'microphone' });
    expect(mute(carl, carl)).toBe('not-allowed');
    expect(mute(mona, hanna)).toBe('not-allowed');
    expect(mute(mona, vera)).toBe('no-such-participant');
    expect(mute(mona, carl)).toBeUndefined();
    expect(show.refusal({ type: 'allow', by: mona, id: hanna.id, source: 'camera', allowed: false })).toBe(
      'not-allowed',
    );
  });

  test('holds when he leaves and comes back asking for sound', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'mute', by: hanna, id: carl.id, source: 'microphone' });
    show.run({ type: 'depart', id: carl.id });
    show.run({ type: 'join', by: carl, start: { microphone: true, camera: true } });
    expect(intentOf(show, carl)).toMatchObject({ microphone: false, camera: true });
  });

  test('is forgotten once he turned it on himself', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'mute', by: hanna, id: carl.id, source: 'microphone' });
    show.run({ type: 'setIntent', by: carl, version: intentOf(show, carl).version, microphone: true });
    show.run({ type: 'depart', id: carl.id });
    show.join(carl);
    expect(intentOf(show, carl).microphone).toBe(true);
  });
});

describe('not allowing a source', () => {
  const allow = (allowed: boolean) =>
    ({ type: 'allow', by: hanna, id: carl.id, source: 'microphone', allowed }) as const;

  test('turns it off and keeps it off until it is allowed again; then it stays off', () => {
    const show = new Show().join(hanna, carl).open(carl, 'microphone');
    const { version } = intentOf(show, carl);
    expect(show.run(allow(false))).toContainEqual({
      type: 'pauseFeed',
      feedId: 'carl:microphone',
      paused: true,
    });
    expect(intentOf(show, carl)).toEqual({
      version: version + 1,
      microphone: false,
      camera: true,
      locked: { microphone: true, camera: false },
    });
    const turnOn = () =>
      ({ type: 'setIntent', by: carl, version: intentOf(show, carl).version, microphone: true }) as const;
    expect(show.refusal(turnOn())).toBe('muted-by-host');
    expect(show.run(allow(true))).toEqual([{ type: 'roomChanged' }]);
    expect(intentOf(show, carl)).toMatchObject({ microphone: false, locked: { microphone: false } });
    expect(show.run(turnOn())).toContainEqual({
      type: 'pauseFeed',
      feedId: 'carl:microphone',
      paused: false,
    });
  });

  test.each([
    ['microphone', 'screen-audio'],
    ['camera', 'screen'],
  ] as const)('a locked %s does not come as %s', (source, shared) => {
    const show = new Show().join(hanna, carl).open(carl, shared);
    const feedId = feedOf(carl, shared);
    const lock = { ...allow(false), source };
    expect(show.run(lock)).toContainEqual({ type: 'pauseFeed', feedId, paused: true });
    show.run({ type: 'closeFeed', feedId });
    expect(show.refusal({ type: 'openFeed', id: carl.id, source: shared })).toBe('muted-by-host');
    show.open(carl, source, shared === 'screen' ? 'screen-audio' : 'screen');
    show.run({ ...lock, allowed: true });
    show.open(carl, shared);
  });

  test('a screen that is shared already goes on when it is allowed again', () => {
    const show = new Show().join(hanna, carl).open(carl, 'screen');
    show.run({ ...allow(false), source: 'camera' });
    expect(show.run({ ...allow(true), source: 'camera' })).toContainEqual({
      type: 'pauseFeed',
      feedId: 'carl:screen',
      paused: false,
    });
  });

  test('leaves the other source to its owner', () => {
    const show = new Show().join(hanna, carl);
    show.run(allow(false));
    show.run({ type: 'setIntent', by: carl, version: intentOf(show, carl).version, camera: false });
    expect(intentOf(show, carl)).toMatchObject({
      camera: false,
      locked: { microphone: true, camera: false },
    });
  });

  test('given twice changes nothing', () => {
    const show = new Show().join(hanna, carl);
    show.run(allow(false));
    const before = show.state;
    show.run(allow(false));
    expect(show.state).toBe(before);
  });

  test.each(['depart', 'leaveStage', 'grace'] as const)('holds on the next seat, after %s', (way) => {
    const show = new Show().join(hanna, carl);
    show.run(allow(false));
    if (way === 'depart') show.run({ type: 'depart', id: carl.id });
    if (way === 'leaveStage') show.run({ type: 'leaveStage', by: carl });
    if (way === 'grace') {
      show.run({ type: 'drop', id: carl.id });
      show.wait(20_000);
    }
    expect(show.member(carl)).toBeUndefined();
    show.run(way === 'leaveStage' ? { type: 'request', by: carl } : { type: 'join', by: carl });
    expect(intentOf(show, carl)).toMatchObject({ microphone: false, locked: { microphone: true } });
  });
});

describe('a feed', () => {
  test('opens for those on stage only', () => {
    const show = new Show().join(hanna, vera);
    expect(show.refusal({ type: 'openFeed', id: vera.id, source: 'camera' })).toBe('not-on-stage');
    expect(show.run({ type: 'openFeed', id: hanna.id, source: 'camera' })).toEqual([{ type: 'roomChanged' }]);
    expect(show.member(hanna)?.feeds).toEqual([
      { feedId: 'hanna:camera', source: 'camera', kind: 'video', epoch: 1 },
    ]);
  });

  test('is one of its source', () => {
    const show = new Show().join(hanna).open(hanna, 'screen', 'screen-audio', 'camera', 'microphone');
    for (const source of ['screen', 'camera'] as const) {
      expect(show.refusal({ type: 'openFeed', id: hanna.id, source })).toBe('feed-exists');
    }
  });

  test('comes back under the same identity with the next epoch, also on another seat', () => {
    const show = new Show().join(hanna, carl).open(carl, 'camera');
    show.run({ type: 'closeFeed', feedId: feedOf(carl, 'camera') });
    show.open(carl, 'camera');
    show.run({ type: 'depart', id: carl.id });
    show.join(carl).open(carl, 'camera');
    expect(show.member(carl)?.feeds).toMatchObject([{ feedId: 'carl:camera', epoch: 3 }]);
  });

  test('closes once', () => {
    const show = new Show().join(hanna).open(hanna, 'camera');
    const close = { type: 'closeFeed', feedId: feedOf(hanna, 'camera') } as const;
    expect(show.run(close)).toEqual([{ type: 'closeFeed', feedId: 'hanna:camera' }, { type: 'roomChanged' }]);
    expect(show.refusal(close)).toBe('no-such-feed');
  });

  test('closes with all of its owner when his media is gone; seat and intent stay', () => {
    const show = new Show().join(hanna).open(hanna, 'camera', 'screen');
    const { intent } = show.member(hanna)!;
    expect(show.run({ type: 'mediaGone', id: hanna.id })).toEqual([
      { type: 'closeFeed', feedId: 'hanna:camera' },
      { type: 'closeFeed', feedId: 'hanna:screen' },
      { type: 'roomChanged' },
    ]);
    expect(show.member(hanna)).toMatchObject({ seat: 0, intent, feeds: [] });
    expect(show.run({ type: 'mediaGone', id: hanna.id })).toEqual([]);
  });
});
