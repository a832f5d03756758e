import { useEffect, useState } from 'preact/hooks';
import type { AudienceEntry } from '../../client/tributary.ts';
import { Button } from '../controls/button.tsx';
import { compactCount } from '../state/clock.ts';
import type { Session } from '../state/session.ts';
import { audienceActions, inviteOnStage } from './moderation.ts';
import { PersonRow } from './personRow.tsx';

const pageSize = 50;
const refreshMs = 5000;

/** The people who watch, a page at a time; kept fresh while it is looked at. */
export function AudienceList({ session }: { session: Session }) {
  const [wanted, setWanted] = useState(pageSize);
  const [audience, setAudience] = useState<{ total: number; entries: AudienceEntry[] }>({
    total: 0,
    entries: [],
  });
  const room = session.room.value;
  const count = session.viewerCount.value;
  const live = session.state.value === 'live';
  useEffect(() => {
    if (room === null || !live) return;
    let gone = false;
    const refresh = async () => {
      const entries: AudienceEntry[] = [];
      let total = 0;
      while (entries.length < wanted) {
        const page = await room.audience(entries.length, Math.min(pageSize, wanted - entries.length));
        total = page.total;
        entries.push(...page.entries);
        if (page.entries.length === 0 || entries.length >= total) break;
      }
      if (!gone) setAudience({ total, entries });
    };
    // A refresh that fails keeps the list that is there; the next one heals it.
    const quietly = () => void refresh().catch(() => undefined);
    quietly();
    const timer = setInterval(quietly, refreshMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [room, live, wanted, count]);
  const invited = new Set(session.backstage.value?.invitations.map(({ id }) => id));
  return (
    <section aria-label="Audience">
      <h3>
        Watching <small>{compactCount(audience.total)}</small>
      </h3>
      {audience.entries.length === 0 && (
        <p class="people-empty">Nobody yet. Send them the link from the Show tab.</p>
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
        <Button testId="audience-more" look="quiet" onClick={() => setWanted(wanted + pageSize)}>
          Show more
        </Button>
      )}
    </section>
  );
}
