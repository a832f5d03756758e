import { describe, expect, test } from '@jest/globals';
import { nextDeadlineMs } from '../../server/rooms/grace.ts';
import type { Command } from '../../server/rooms/commands.ts';
import { Show, carl, feedOf, hanna, henry, mona, person, vera } from '../support/show.ts';

describe('a co-host whose connection is lost', () => {
  test('is away, with seat and feeds, until the grace is over', () => {
    const show = new Show().join(hanna, carl).open(carl, 'camera');
    expect(show.run({ type: 'drop', id: carl.id })).toEqual([{ type: 'roomChanged' }]);
    expect(show.member(carl)).toMatchObject({ presence: 'away', feeds: [{ feedId: 'carl:camera' }] });
    expect(show.wait(19_999)).toEqual([]);
    expect(show.wait(1)).toEqual([
      { type: 'closeFeed', feedId: 'carl:camera' },
      { type: 'unseated', id: 'carl' },
      { type: 'roomChanged' },
      { type: 'selfChanged', id: 'carl' },
    ]);
  });

  test('comes back exactly as he was: seat, mute, version, lock', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'allow', by: hanna, id: carl.id, source: 'camera', allowed: false });
    show.run({ type: 'setIntent', by: carl, version: show.member(carl)!.intent.version, microphone: false });
    const before = show.member(carl)!;
    show.run({ type: 'drop', id: carl.id });
    show.wait(19_000);
    show.run({ type: 'join', by: carl, start: { microphone: true, camera: true } });
    expect(show.member(carl)).toEqual(before);
    expect(show.wait(60_000)).toEqual([]);
  });

  test('who leaves on purpose gives up the seat at once', () => {
    const show = new Show().join(hanna, carl);
    expect(show.run({ type: 'depart', id: carl.id })).toContainEqual({ type: 'unseated', id: 'carl' });
  });

  test('who is dropped twice gets one grace', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'drop', id: carl.id });
    show.wait(15_000);
    show.run({ type: 'drop', id: carl.id });
    show.wait(5000);
    expect(show.member(carl)).toBeUndefined();
  });

  test('who takes a seat again when its token says so, after the grace', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'drop', id: carl.id });
    show.wait(20_000);
    show.join(carl);
    expect(show.member(carl)).toMatchObject({ seat: 1, presence: 'connected' });
  });
});

describe('a host whose connection is lost', () => {
  test('keeps the show on for the grace time; then it ends', () => {
    const show = new Show().join(hanna, carl).open(hanna, 'microphone');
    show.nowMs += 5000;
    show.run({ type: 'drop', id: hanna.id });
    expect(show.view).toMatchObject({
      status: 'live',
      stage: [{ id: 'hanna', presence: 'away' }, { id: 'carl' }],
    });
    expect(show.wait(30_000)).toEqual([
      { type: 'closeFeed', feedId: 'hanna:microphone' },
      { type: 'unseated', id: 'hanna' },
      { type: 'unseated', id: 'carl' },
      { type: 'roomChanged' },
      { type: 'ended', durationMs: 35_000 },
    ]);
    expect(show.view).toMatchObject({ status: 'ended', stage: [] });
  });

  test('has the same grace after leaving on purpose, without feeds', () => {
    const show = new Show().join(hanna).open(hanna, 'camera');
    expect(show.run({ type: 'depart', id: hanna.id })).toEqual([
      { type: 'closeFeed', feedId: 'hanna:camera' },
      { type: 'roomChanged' },
    ]);
    show.nowMs += 29_000;
    show.join(hanna);
    expect(show.view).toMatchObject({ status: 'live', stage: [{ id: 'hanna', presence: 'connected' }] });
  });
});

describe('an ended show', () => {
  const commands: Command[] = [
    { type: 'join', by: vera },
    { type: 'join', by: carl },
    { type: 'join', by: mona },
    { type: 'join', by: person('hanna', 'host', ['moderate']) },
    { type: 'drop', id: hanna.id },
    { type: 'depart', id: hanna.id },
    { type: 'request', by: vera },
    { type: 'chat', by: hanna, text: 'x' },
    { type: 'openFeed', id: hanna.id, source: 'camera' },
    { type: 'closeFeed', feedId: feedOf(hanna, 'camera') },
    { type: 'mediaGone', id: hanna.id },
    { type: 'unban', by: hanna, id: vera.id },
    { type: 'end', by: hanna },
    { type: 'tick' },
  ];

  test.each(commands.map((command) => [command.type, command] as const))('refuses %s', (_type, command) => {
    const show = new Show().join(hanna, vera);
    show.run({ type: 'end', by: hanna });
    expect(show.refusal(command)).toBe('room-ended');
  });

  test('is ended by whom has the right to', () => {
    const show = new Show().join(hanna, mona, carl);
    expect(show.refusal({ type: 'end', by: mona })).toBe('not-allowed');
    show.nowMs += 1234;
    expect(show.run({ type: 'end', by: hanna })).toContainEqual({ type: 'ended', durationMs: 1234 });
  });

  test('makes place for a new one when a host comes: views and epochs go on, the rest is fresh', () => {
    const show = new Show().join(hanna, carl).open(hanna, 'camera');
    show.run({ type: 'chat', by: hanna, text: 'old' });
    show.run({ type: 'mute', by: hanna, id: carl.id, source: 'camera' });
    show.run({ type: 'end', by: hanna });
    const { version, nextChatId } = show.state;
    show.nowMs += 9000;
    show.join(henry, carl, person('hanna', 'cohost')).open(hanna, 'camera');
    expect(show.view).toMatchObject({ status: 'live', startedAtMs: show.nowMs });
    expect(show.view.version).toBeGreaterThan(version);
    expect(show.state).toMatchObject({ chat: [], nextChatId });
    expect(show.member(carl)?.intent.camera).toBe(true);
    expect(show.member(hanna)?.feeds).toMatchObject([{ epoch: 2 }]);
  });
});

describe('the next deadline', () => {
  test('is the earliest of grace, requests and invitations', () => {
    const show = new Show().join(hanna, carl, vera);
    expect(nextDeadlineMs(show.state)).toBeUndefined();
    show.run({ type: 'request', by: vera });
    expect(nextDeadlineMs(show.state)).toBe(show.nowMs + 60_000);
    show.run({ type: 'invite', by: hanna, id: mona.id, name: 'Mona' });
    expect(nextDeadlineMs(show.state)).toBe(show.nowMs + 40_000);
    show.run({ type: 'drop', id: carl.id });
    expect(nextDeadlineMs(show.state)).toBe(show.nowMs + 20_000);
    show.join(carl);
    expect(nextDeadlineMs(show.state)).toBe(show.nowMs + 40_000);
  });
});
