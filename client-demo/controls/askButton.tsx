import type { Session } from '../state/session.ts';
import { stageRequest } from '../state/stageRequest.ts';
import { once } from './button.tsx';

/** The way to the stage: asks for a seat, shows that it was asked for, takes it back. */
export function AskButton({ session, onAsk }: { session: Session; onAsk: () => void }) {
  const { pending, may } = stageRequest(session);
  if (!may) return null;
  return (
    <button
      type="button"
      class="ask-button"
      data-pending={pending}
      data-testid={pending ? 'withdraw-request' : 'ask-to-join'}
      onClick={once(onAsk)}
    >
      <span>{pending ? 'Asked to join' : 'Ask to join'}</span>
      {pending && <small>Withdraw</small>}
    </button>
  );
}
