import type { Session } from '../state/session.ts';
import { hueOf } from './tileModel.ts';

/** What is on the stage while nobody is: the room's colour and a sentence. */
export function WaitingPoster({ session, room }: { session: Session; room: string }) {
  const view = session.view.value;
  if (view === null || view.stage.length > 0) return null;
  const waiting = view.status === 'waiting';
  return (
    <div class="poster" style={{ '--hue': String(hueOf(room)) }} role="status" data-testid="waiting">
      <i class="poster-breath" />
      <h1>
        {waiting ? (
          <>
            <bdi>{room}</bdi> has not started yet
          </>
        ) : (
          'Nobody is on stage right now'
        )}
      </h1>
      <p>You are in the right place. The picture appears by itself.</p>
    </div>
  );
}
