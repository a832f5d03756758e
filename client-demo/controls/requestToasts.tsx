import { useState } from 'preact/hooks';
import type { Session } from '../state/session.ts';
import { Initials } from '../stage/initials.tsx';
import { Button } from './button.tsx';

/** Requests to join, offered quietly over the stage. Put aside, they wait in the list. */
export function RequestToasts({ session }: { session: Session }) {
  const [aside, setAside] = useState<ReadonlySet<string>>(new Set());
  const requests = session.backstage.value?.requests ?? [];
  const fresh = requests.filter(({ id, requestedAtMs }) => !aside.has(`${id}@${requestedAtMs}`));
  const others = fresh.length - 1;
  return (
    <div class="request-toasts" aria-live="polite">
      {fresh.slice(0, 1).map(({ id, name, requestedAtMs }) => (
        <div key={id} class="request-toast" data-testid="request-toast">
          <Initials name={name} />
          <p>
            <strong dir="auto" title={name}>
              {name}
            </strong>
            <span>
              {others > 0 ? `and ${others} more want to join the stage` : 'wants to join the stage'}
            </span>
          </p>
          <Button
            testId="toast-later"
            look="quiet"
            onClick={() => setAside(new Set([...aside, `${id}@${requestedAtMs}`]))}
          >
            Not now
          </Button>
          <Button
            testId="toast-accept"
            look="primary"
            onClick={() => void session.attempt(session.room.value?.acceptRequest(id))}
          >
            Accept
          </Button>
        </div>
      ))}
    </div>
  );
}
