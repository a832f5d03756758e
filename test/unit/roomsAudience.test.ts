import { beforeEach, describe, expect, test } from '@jest/globals';
import { RecordingShell } from '../support/recordingShell.ts';
import { asId, carl, hanna, mona, person, vera, victor } from '../support/show.ts';

let shell: RecordingShell;

beforeEach(() => {
  shell = new RecordingShell();
});

describe('the audience', () => {
  test('is counted without those on stage, dropped people included until they depart', () => {
    const room = shell.roomWith(hanna, carl, mona, vera, victor);
    expect(room.viewerCount()).toBe(3);
    room.drop(vera.id);
    expect(room.viewerCount()).toBe(3);
    room.depart(vera.id);
    expect(room.viewerCount()).toBe(2);
    room.run({ type: 'invite', by: hanna, id: victor.id, name: 'Victor' });
    room.run({ type: 'acceptInvitation', by: victor });
    expect(room.viewerCount()).toBe(1);
  });

  test('is listed page by page in the order of coming', () => {
    const room = shell.roomWith(...Array.from({ length: 7 }, (_, n) => person(`v${n}`, 'viewer')), hanna);
    room.join(person('v0', 'viewer'));
    expect(room.audience(2, 3)).toEqual({
      total: 7,
      entries: [2, 3, 4].map((n) => ({ id: `v${n}`, name: `V${n}`, role: 'viewer' })),
    });
    expect(room.audience(6, 3).entries).toHaveLength(1);
    expect(room.audience(7, 3)).toEqual({ total: 7, entries: [] });
  });

  test('is full at its limit for new viewers, not for those who return or hold a role', () => {
    const room = shell.makeRoom({ maxViewers: 2 });
    for (const one of [hanna, vera, victor]) room.join(one);
    expect(room.join(person('late', 'viewer'))).toMatchObject({ ok: false, error: { code: 'room-full' } });
    expect(room.self(asId('late'))).toBeUndefined();
    for (const one of [vera, hanna, mona, carl]) expect(room.join(one).ok).toBe(true);
  });

  test('lets a viewer who is on stage return to a full room', () => {
    const room = shell.makeRoom({ maxViewers: 1 });
    room.join(hanna);
    room.join(vera);
    room.run({ type: 'request', by: vera });
    room.run({ type: 'accept', by: hanna, id: vera.id });
    room.join(victor);
    room.drop(vera.id);
    expect(room.join(vera).ok).toBe(true);
    expect(room.view().stage[1]).toMatchObject({ id: 'vera', presence: 'connected' });
  });

  test('hears ban before full', () => {
    const room = shell.makeRoom({ maxViewers: 1 });
    room.join(hanna);
    room.run({ type: 'ban', by: hanna, id: victor.id, name: 'Victor' });
    room.join(vera);
    expect(room.join(victor)).toMatchObject({ error: { code: 'banned' } });
  });

  test('joins without any effect and without a new view', () => {
    const room = shell.roomWith(hanna);
    const view = room.view();
    for (let n = 0; n < 1000; n += 1) room.join(person(`v${n}`, 'viewer'));
    expect(shell.performed).toEqual([]);
    expect(room.view()).toBe(view);
  });

  test('is told as a number at most once a second, and only when it is another', () => {
    const room = shell.roomWith(hanna);
    shell.clock.pass(5000);
    for (let n = 0; n < 100; n += 1) {
      room.join(person(`v${n}`, 'viewer'));
      shell.clock.pass(25);
    }
    shell.clock.pass(2000);
    expect(shell.viewers.length).toBeLessThanOrEqual(4);
    expect(shell.viewers.at(-1)).toBe(100);
    const before = shell.viewers.length;
    room.join(vera);
    room.depart(vera.id);
    shell.clock.pass(2000);
    expect(shell.viewers).toHaveLength(before);
  });

  test('reacts in batches, and silence is not told', () => {
    const room = shell.roomWith(hanna, vera);
    room.react(vera.id, 'heart');
    shell.clock.pass(300);
    room.react(vera.id, 'heart');
    room.react(hanna.id, 'clap');
    room.react(asId('stranger'), 'wow');
    expect(shell.reactions).toEqual([]);
    shell.clock.pass(200);
    expect(shell.reactions).toEqual([{ heart: 2, clap: 1 }]);
    shell.clock.pass(5000);
    expect(shell.reactions).toHaveLength(1);
  });
});
