import { useRef, useState } from 'preact/hooks';
import { limits } from '../../client/tributary.ts';
import { IconButton } from '../controls/button.tsx';
import type { Session } from '../state/session.ts';
import { focusChat } from '../state/unread.ts';
import { ReactionMenu } from './reactionMenu.tsx';

interface ChatComposerProps {
  session: Session;
  onNameless?: ((act: () => void) => void) | undefined;
}

/** Where one writes; a message that was refused stays in the field. */
export function ChatComposer({ session, onNameless = (act) => act() }: ChatComposerProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const rights = session.self.value?.rights ?? [];
  const may = rights.includes('chat') && session.state.value === 'live';
  const send = async () => {
    const wanted = text.trim();
    if (wanted === '') return;
    setText('');
    const sent = await session.attempt(session.room.value?.sendChat(wanted));
    if (!sent) setText((now) => (now === '' ? wanted : now));
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="composer-field">
        <input
          ref={field}
          id="chat-field"
          type="text"
          dir="auto"
          autocomplete="off"
          enterkeyhint="send"
          aria-label="Message"
          placeholder={rights.includes('chat') ? 'Say something' : 'Chat is not open to you'}
          maxLength={limits.chatLength}
          value={text}
          disabled={!rights.includes('chat')}
          data-testid="chat-input"
          onClick={() => onNameless(focusChat)}
          onInput={(event) => {
            setText(event.currentTarget.value);
            onNameless(focusChat);
          }}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
        {text.trim() !== '' && (
          <IconButton
            testId="chat-send"
            icon="send"
            label="Send"
            disabled={!may}
            onClick={() => void send()}
          />
        )}
      </div>
      {rights.includes('react') && <ReactionMenu session={session} />}
    </form>
  );
}
