import type { Session } from '../state/session.ts';
import { ChatComposer } from './chatComposer.tsx';
import { ChatMessages } from './chatMessages.tsx';

interface ChatPanelProps {
  session: Session;
  /** Runs what it is given once the person has a name; without it everybody here has one. */
  onNameless?: ((act: () => void) => void) | undefined;
}

export function ChatPanel({ session, onNameless }: ChatPanelProps) {
  const messages = session.chat.value;
  return (
    <div class="chat">
      {messages.length === 0 ? (
        <p class="chat-empty">Nobody has said anything yet. A hello goes a long way.</p>
      ) : (
        <ChatMessages messages={messages} />
      )}
      <ChatComposer session={session} onNameless={onNameless} />
    </div>
  );
}
