import { describe, expect, test } from '@jest/globals';
import { messageKey, unreadCount } from '../../client-demo/state/unread.ts';
import type { ChatMessage } from '../../protocol/roomView.ts';

const message = (id: number, sentAtMs: number, from = 'vera') => ({ id, sentAtMs, from }) as ChatMessage;

describe('unread messages', () => {
  const before = [message(1, 100), message(2, 200)];

  test('are those after the last one read, but for our own', () => {
    const now = [...before, message(3, 300), message(4, 400, 'me')];
    expect(unreadCount(now, messageKey(message(2, 200)), 'me')).toBe(1);
    expect(unreadCount(now, messageKey(message(4, 400)), 'me')).toBe(0);
  });

  test('of a server that counts from 1 again are new', () => {
    const now = [...before, message(1, 900), message(2, 901)];
    expect(unreadCount(now, messageKey(message(2, 200)), 'me')).toBe(2);
    expect(new Set(now.map(messageKey)).size).toBe(4);
  });

  test('are all there are when nothing was read, or what was read is gone', () => {
    expect(unreadCount(before, undefined, 'me')).toBe(2);
    expect(unreadCount(before, messageKey(message(9, 9)), 'me')).toBe(2);
  });
});
