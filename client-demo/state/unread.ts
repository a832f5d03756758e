import { useRef } from 'preact/hooks';
import type { ChatMessage } from '../../client/tributary.ts';
import type { Session } from './session.ts';

/** What tells one message from every other: a server that was restarted counts from 1 again. */
export function messageKey({ id, sentAtMs }: ChatMessage): string {
  return `${id}@${sentAtMs}`;
}

/** Those of others that came after the one read last; all of them where that is not in the list any more. */
export function unreadCount(
  messages: readonly ChatMessage[],
  lastRead: string | undefined,
  own: string | undefined,
): number {
  const read = messages.findLastIndex((message) => messageKey(message) === lastRead);
  return messages.slice(read + 1).filter(({ from }) => from !== own).length;
}

/** How many messages came since the chat was last seen. */
export function useUnread(session: Session, seen: boolean): number {
  const messages = session.chat.value;
  const last = messages.at(-1);
  const lastKey = last === undefined ? undefined : messageKey(last);
  const read = useRef(lastKey);
  if (seen) read.current = lastKey;
  return unreadCount(messages, read.current, session.self.value?.id);
}

/** Puts the cursor into the chat once it is on screen. */
export function focusChat(): void {
  requestAnimationFrame(() => document.getElementById('chat-field')?.focus());
}
