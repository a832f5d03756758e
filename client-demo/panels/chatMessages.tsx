import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ChatMessage } from '../../client/tributary.ts';
import { hueOf } from '../stage/tileModel.ts';
import { messageKey } from '../state/unread.ts';

const nearEndPx = 80;
const roleWords: Partial<Record<ChatMessage['role'], string>> = {
  host: 'Host',
  cohost: 'On stage',
  moderator: 'Moderator',
};

/** Chat as it goes by: follows the end, unless somebody has scrolled up to read. */
export function ChatMessages({ messages }: { messages: readonly ChatMessage[] }) {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const scrolled = () => {
    const element = list.current;
    if (element === null) return;
    follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx;
  };
  const toEnd = () => {
    if (list.current !== null && follows.current) list.current.scrollTop = list.current.scrollHeight;
  };
  useLayoutEffect(toEnd, [messages]);
  useEffect(() => {
    const observer = new ResizeObserver(toEnd);
    if (list.current !== null) observer.observe(list.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={list}
      class="chat-messages"
      role="log"
      aria-label="Chat"
      aria-live="polite"
      tabIndex={0}
      onScroll={scrolled}
    >
      {messages.map((message, index) => (
        <Message
          key={messageKey(message)}
          message={message}
          goesOn={messages[index - 1]?.from === message.from}
        />
      ))}
    </div>
  );
}

function Message({ message, goesOn }: { message: ChatMessage; goesOn: boolean }) {
  const role = roleWords[message.role];
  const time = new Date(message.sentAtMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return (
    <p class="chat-message" data-goes-on={goesOn} data-testid="chat-message" title={time}>
      {!goesOn && (
        <span class="chat-from">
          <bdi class="chat-name" style={{ '--hue': String(hueOf(message.name)) }}>
            {message.name}
          </bdi>
          {role !== undefined && <span class="chat-role">{role}</span>}
        </span>
      )}
      <span class="chat-text" dir="auto">
        {message.text}
      </span>
    </p>
  );
}
