import { useId, useRef, useState } from 'preact/hooks';
import { reactionKinds } from '../../client/tributary.ts';
import { IconButton } from '../controls/button.tsx';
import { ReactionIcon, reactionLabels } from '../controls/icons.tsx';
import type { Session } from '../state/session.ts';

/** The reactions in a row over their button; it stays open, for people who like to clap. */
export function ReactionMenu({ session, caption }: { session: Session; caption?: string }) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const toggles = (event: { newState: string }, row: HTMLElement) => {
    setOpen(event.newState === 'open');
    const from = anchor.current?.getBoundingClientRect();
    if (from === undefined) return;
    row.style.setProperty('--end', `${innerWidth - from.right}px`);
    row.style.setProperty('--above', `${innerHeight - from.top + 8}px`);
  };
  return (
    <span ref={anchor} class="reactions">
      <IconButton
        testId="reactions"
        icon="smile"
        label="React"
        {...(caption === undefined ? {} : { caption })}
        popovertarget={id}
        expanded={open}
      />
      <div
        id={id}
        class="reactions-row"
        popover="auto"
        role="group"
        aria-label="Reactions"
        onBeforeToggle={(event) => toggles(event, event.currentTarget)}
      >
        {reactionKinds.map((kind) => (
          <button
            type="button"
            key={kind}
            class="reaction"
            aria-label={reactionLabels[kind]}
            title={reactionLabels[kind]}
            data-testid={`react-${kind}`}
            onClick={() => void session.attempt(session.room.value?.react(kind))}
          >
            <ReactionIcon kind={kind} size={28} />
          </button>
        ))}
      </div>
    </span>
  );
}
