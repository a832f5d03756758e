import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RoomRequests } from '../../client/roomRequests.ts';
import { RoomState } from '../../client/roomState.ts';
import type { Ask } from '../../client/signalConnection.ts';
import type { JoinReply } from '../../protocol/clientMessages.ts';
import type { ChatMessage } from '../../protocol/roomView.ts';

describe('chat', () => {
  const message = (id: number, sentAtMs: number): ChatMessage =>
    ({ id, sentAtMs, from: 'hanna', name: 'Hanna', role: 'host', text: `${id}` }) as ChatMessage;
  const reply = (...chat: ChatMessage[]): JoinReply =>
    ({ room: {}, self: {}, chat, quality: [] }) as unknown as JoinReply;

  test('what was missed while away is told once, and what was known is not told again', () => {
    const state = new RoomState(reply(message(1, 100)));
    expect(state.returned(reply(message(1, 100), message(2, 200)))).toEqual([message(2, 200)]);
    expect(state.said(message(2, 200))).toBe(false);
    expect(state.chat).toEqual([message(1, 100), message(2, 200)]);
  });

  test('a server that began anew begins its numbers anew: those are other messages', () => {
    const state = new RoomState(reply(message(1, 100), message(2, 200)));
    expect(state.returned(reply(message(1, 900)))).toEqual([message(1, 900)]);
    expect(state.said(message(2, 950))).toBe(true);
    expect(state.chat.map(({ sentAtMs }) => sentAtMs)).toEqual([100, 200, 900, 950]);
  });
});

describe('reactions', () => {
  let asked: number;
  let answer: () => void;
  let room: Asking;

  class Asking extends RoomRequests {
    protected readonly ask = (async () => {
      asked++;
      await new Promise<void>((resolve) => (answer = resolve));
      return {};
    }) as unknown as Ask;
  }

  beforeEach(() => {
    jest.useFakeTimers();
    asked = 0;
    room = new Asking();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('of a key held down stay within what the server takes, and the rest is dropped without a word', async () => {
    for (let n = 0; n < 30; n++) void room.react('heart');
    expect(asked).toBe(10);
    await expect(room.react('heart')).resolves.toBeUndefined();
    answer();
    await jest.advanceTimersByTimeAsync(1999);
    await room.react('heart');
    expect(asked).toBe(10);
    await jest.advanceTimersByTimeAsync(1);
    void room.react('heart');
    expect(asked).toBe(11);
  });
});
