import { beforeEach, describe, expect, test } from '@jest/globals';
import { Room } from '../../server/rooms/room.ts';
import { RecordingShell } from '../support/recordingShell.ts';
import { asRoomId, carl, feedOf, hanna, roomSettings, vera, victor } from '../support/show.ts';

let shell: RecordingShell;

beforeEach(() => {
  shell = new RecordingShell();
});

describe('a room at work', () => {
  test('performs the effects in order and answers with the refusal in words', () => {
    const room = shell.roomWith(hanna, carl);
    expect(room.run({ type: 'kick', by: hanna, id: carl.id })).toEqual({ ok: true, value: undefined });
    expect(shell.performedTypes()).toEqual(['unseated', 'roomChanged', 'selfChanged', 'dismiss']);
    expect(room.run({ type: 'leaveStage', by: vera })).toMatchObject({
      ok: false,
      error: { code: 'not-on-stage' },
    });
  });

  test('shows the new state while its effects are performed', () => {
    const room = shell.makeRoom();
    shell.onEffect = (effect) => {
      if (effect.type === 'roomChanged') expect(room.view().stage).toHaveLength(1);
      if (effect.type === 'selfChanged') expect(room.self(effect.id)?.onStage).toBe(true);
    };
    room.join(hanna);
    expect(shell.performedTypes()).toEqual(['roomChanged', 'selfChanged']);
  });

  test('keeps the order when an effect runs the next command', () => {
    const room = shell.roomWith(hanna, carl, vera);
    room.run({ type: 'request', by: vera });
    shell.performed.length = 0;
    shell.onEffect = (effect) => {
      if (effect.type === 'unseated') room.run({ type: 'accept', by: hanna, id: vera.id });
    };
    room.run({ type: 'kick', by: hanna, id: carl.id });
    expect(shell.performedTypes()).toEqual([
      ...['unseated', 'roomChanged', 'selfChanged', 'dismiss'],
      ...['roomChanged', 'backstageChanged', 'selfChanged'],
    ]);
    expect(room.view().stage.map(({ id }) => id)).toEqual(['hanna', 'vera']);
  });

  test('goes on after a shell that failed', () => {
    const room = shell.makeRoom();
    shell.onEffect = () => {
      shell.onEffect = () => undefined;
      throw new Error('the shell failed');
    };
    expect(() => room.join(hanna)).toThrow('the shell failed');
    room.join(carl);
    expect(shell.performedTypes()).toEqual(['roomChanged', 'selfChanged', 'roomChanged', 'selfChanged']);
  });

  test('tells of an open feed whether it may flow', () => {
    const room = shell.roomWith(hanna);
    expect(room.feed(feedOf(hanna, 'camera'))).toBeUndefined();
    room.run({ type: 'openFeed', id: hanna.id, source: 'camera' });
    expect(room.feed(feedOf(hanna, 'camera'))).toEqual({ epoch: 1, paused: false });
    const { version } = room.view().stage[0]!.intent;
    room.run({ type: 'setIntent', by: hanna, version, camera: false });
    expect(room.feed(feedOf(hanna, 'camera'))).toEqual({ epoch: 1, paused: true });
  });

  test('gives one view until it changes', () => {
    const room = shell.roomWith(hanna);
    const view = room.view();
    room.join(vera);
    room.run({ type: 'chat', by: hanna, text: 'hi' });
    expect(room.view()).toBe(view);
    expect(room.chatHistory()).toMatchObject([{ text: 'hi' }]);
    room.join(carl);
    expect(room.view()).not.toBe(view);
  });
});

describe('time in a room', () => {
  test('takes the seat of a co-host who does not come back', () => {
    const room = shell.roomWith(hanna, carl);
    room.drop(carl.id);
    shell.clock.pass(19_999);
    expect(room.view().stage).toHaveLength(2);
    shell.clock.pass(1);
    expect(room.view().stage).toHaveLength(1);
    expect(shell.performedTypes()).toContain('unseated');
  });

  test('asks for one timer at most, and none while nothing runs out', () => {
    const room = shell.roomWith(hanna, carl, vera, victor);
    shell.clock.pass(2000);
    expect(shell.clock.pending).toBe(0);
    room.run({ type: 'request', by: vera });
    room.run({ type: 'request', by: victor });
    room.drop(carl.id);
    expect(shell.clock.pending).toBe(1);
    room.join(carl);
    room.run({ type: 'withdraw', by: vera });
    room.run({ type: 'withdraw', by: victor });
    expect(shell.clock.pending).toBe(0);
  });

  test('is waited for again when a timer comes early', () => {
    const timers: (() => void)[] = [];
    let nowMs = 0;
    const room = new Room({
      id: asRoomId('studio'),
      settings: roomSettings,
      clock: {
        now: () => nowMs,
        setTimer: (task) => {
          timers.push(task);
          return () => undefined;
        },
      },
      events: {
        perform: () => undefined,
        viewersChanged: () => undefined,
        reactions: () => undefined,
        data: () => undefined,
      },
    });
    room.join(hanna);
    room.drop(hanna.id);
    nowMs = 29_999;
    timers.at(-1)!();
    expect(room.status).toBe('live');
    nowMs = 30_000;
    timers.at(-1)!();
    expect(room.status).toBe('ended');
  });

  test('ends the show of a host who stays away, and empties the room', () => {
    const room = shell.roomWith(hanna, vera);
    shell.clock.pass(1000);
    room.depart(hanna.id);
    shell.clock.pass(30_000);
    expect(shell.performed.at(-1)).toEqual({ type: 'ended', durationMs: 31_000 });
    expect(room.viewerCount()).toBe(0);
    expect(room.self(vera.id)).toBeUndefined();
    expect(room.vacant).toBe(true);
  });
});

describe('people the room knows', () => {
  test('are the only ones it listens to', () => {
    const room = shell.roomWith(hanna, vera);
    room.depart(vera.id);
    expect(room.run({ type: 'request', by: vera })).toMatchObject({
      ok: false,
      error: { code: 'not-joined' },
    });
    expect(room.backstage().requests).toEqual([]);
  });

  test('are the only ones who can be invited or kicked', () => {
    const room = shell.roomWith(hanna);
    expect(room.run({ type: 'invite', by: hanna, id: vera.id, name: 'Vera' })).toMatchObject({
      error: { code: 'no-such-participant' },
    });
    expect(room.run({ type: 'kick', by: hanna, id: vera.id })).toMatchObject({
      error: { code: 'no-such-participant' },
    });
    expect(room.run({ type: 'ban', by: hanna, id: vera.id, name: 'Vera' }).ok).toBe(true);
  });

  test('stay known while their connection is lost', () => {
    const room = shell.roomWith(hanna, carl, vera);
    room.drop(carl.id);
    room.drop(vera.id);
    expect(room.self(carl.id)).toMatchObject({ onStage: true });
    expect(room.find(vera.id)).toEqual(vera);
    room.depart(vera.id);
    expect(room.find(vera.id)).toBeUndefined();
  });

  test('who are accepted while their connection is lost are on stage as away, for the grace time', () => {
    const room = shell.roomWith(hanna, vera);
    room.run({ type: 'request', by: vera });
    room.drop(vera.id);
    room.run({ type: 'accept', by: hanna, id: vera.id });
    expect(room.view().stage[1]).toMatchObject({ id: 'vera', presence: 'away' });
    shell.clock.pass(20_000);
    expect(room.view().stage).toHaveLength(1);
  });
});

describe('closing a room', () => {
  test('stops its timers and its voice, and may be done twice', () => {
    const room = shell.roomWith(hanna, carl, vera);
    room.drop(carl.id);
    room.react(vera.id, 'fire');
    room.close();
    room.close();
    expect(shell.clock.pending).toBe(0);
    shell.clock.pass(100_000);
    expect({ performed: shell.performedTypes(), viewers: shell.viewers, reactions: shell.reactions }).toEqual(
      {
        performed: ['roomChanged'],
        viewers: [],
        reactions: [],
      },
    );
    expect(room.join(hanna)).toMatchObject({ ok: false, error: { code: 'room-ended' } });
    room.react(vera.id, 'fire');
    expect(shell.clock.pending).toBe(0);
  });

  test('in the middle of its effects performs no more of them', () => {
    const room = shell.roomWith(hanna, carl);
    shell.onEffect = () => room.close();
    room.run({ type: 'kick', by: hanna, id: carl.id });
    expect(shell.performedTypes()).toEqual(['unseated']);
    expect(shell.clock.pending).toBe(0);
  });
});
