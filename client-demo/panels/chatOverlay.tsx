import type { Session } from '../state/session.ts';
import { ChatComposer } from './chatComposer.tsx';
import { ChatMessages } from './chatMessages.tsx';

/** Chat over the lower part of the picture on a phone, fading upwards. */
export function ChatOverlay({
  session,
  onNameless,
}: {
  session: Session;
  onNameless: (act: () => void) => void;
}) {
  return (
    <div class="chat-overlay">
      <ChatMessages messages={session.chat.value} />
      <ChatComposer session={session} onNameless={onNameless} />
    </div>
  );
}
