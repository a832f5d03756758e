import { useRef } from 'preact/hooks';
import type { Session } from './session.ts';

/** How many messages came since the chat was last seen. */
export function useUnread(session: Session, seen: boolean): number {
  const messages = session.chat.value;
  const last = messages[messages.length - 1]?.id ?? 0;
  const read = useRef(last);
  if (seen) read.current = last;
  const own = session.self.value?.id;
  return messages.filter((message) => message.id > read.current && message.from !== own).length;
}

/** Puts the cursor into the chat once it is on screen. */
export function focusChat(): void {
  requestAnimationFrame(() => document.getElementById('chat-field')?.focus());
}
