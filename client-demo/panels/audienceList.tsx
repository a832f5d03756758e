import { useEffect, useState } from 'preact/hooks';
import { Button } from '../controls/button.tsx';
import { givenToken } from '../state/accessToken.ts';
import { AudienceReader } from '../state/audienceReader.ts';
import type { Audience } from '../state/audienceReader.ts';
import { compactCount } from '../state/clock.ts';
import type { Session } from '../state/session.ts';
import { audienceActions, inviteOnStage } from './moderation.ts';
import { PersonRow } from './personRow.tsx';

/** One comes as another goes: the count stays, the list does not. */
const refreshMs = 5000;

/** The people who watch, as many as were asked for; kept fresh while it is looked at. */
export function AudienceList({ session }: { session: Session }) {
  const [audience, setAudience] = useState<Audience>({ total: 0, entries: [] });
  const [reader, setReader] = useState<AudienceReader | null>(null);
  const room = session.room.value;
  const count = session.viewerCount.value;
  const live = session.state.value === 'live';
  useEffect(() => {
    if (room === null || !live) return;
    const fresh = new AudienceReader({
      page: (offset, limit) => room.audience(offset, limit),
      show: setAudience,
    });
    setReader(fresh);
    const timer = setInterval(() => fresh.refresh(), refreshMs);
    return () => {
      clearInterval(timer);
      fresh.close();
    };
  }, [room, live]);
  useEffect(() => reader?.refresh(), [reader, count]);
  const invited = new Set(session.backstage.value?.invitations.map(({ id }) => id));
  return (
    <section aria-label="Audience">
      <h3>
        Watching <small>{compactCount(audience.total)}</small>
      </h3>
      {audience.entries.length === 0 && (
        <p class="people-empty">
          {givenToken() === undefined ? 'Nobody yet. Send them the link from the Show tab.' : 'Nobody yet.'}
        </p>
      )}
      <ul data-testid="audience">
        {audience.entries.map(({ id, name, role }) => (
          <PersonRow
            key={id}
            id={id}
            name={name}
            {...(role === 'moderator' ? { note: 'Moderator' } : {})}
            menu={audienceActions(session, id, name)}
          >
            {!invited.has(id) && (
              <Button
                testId="audience-invite"
                look="quiet"
                onClick={() => void inviteOnStage(session, id, name)}
              >
                Invite
              </Button>
            )}
          </PersonRow>
        ))}
      </ul>
      {audience.entries.length < audience.total && (
        <Button testId="audience-more" look="quiet" onClick={() => reader?.more()}>
          Show more
        </Button>
      )}
    </section>
  );
}
