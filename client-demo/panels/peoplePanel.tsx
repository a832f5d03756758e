import type { StageMember } from '../../client/tributary.ts';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icons.tsx';
import type { Session } from '../state/session.ts';
import { AudienceList } from './audienceList.tsx';
import { stageActions } from './moderation.ts';
import { PersonRow } from './personRow.tsx';

/** Everybody in the room, by what they wait for: requests first. */
export function PeoplePanel({ session }: { session: Session }) {
  const view = session.view.value;
  const backstage = session.backstage.value;
  const stage = view?.stage ?? [];
  const requests = backstage?.requests ?? [];
  const invitations = backstage?.invitations ?? [];
  const bans = backstage?.bans ?? [];
  const { room } = session;
  return (
    <div class="people">
      {requests.length > 0 && (
        <section aria-label="Requests to join the stage">
          <h3>
            Want to join <span class="badge">{requests.length}</span>
          </h3>
          <ul data-testid="requests">
            {requests.map(({ id, name }) => (
              <PersonRow key={id} id={id} name={name}>
                <Button
                  testId="request-refuse"
                  look="quiet"
                  onClick={() => void session.attempt(room.value?.refuseRequest(id))}
                >
                  Not now
                </Button>
                <Button
                  testId="request-accept"
                  look="primary"
                  onClick={() => void session.attempt(room.value?.acceptRequest(id))}
                >
                  Accept
                </Button>
              </PersonRow>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="On stage">
        <h3>
          On stage <small>{`${stage.length} of ${view?.seats ?? 0} seats`}</small>
        </h3>
        <ul data-testid="on-stage">
          {stage.map((member) => (
            <OnStage key={member.id} session={session} member={member} />
          ))}
          {invitations.map(({ id, name }) => (
            <PersonRow key={id} id={id} name={name} note="Invited, no answer yet">
              <Button
                testId="invitation-withdraw"
                look="quiet"
                onClick={() => void session.attempt(room.value?.uninvite(id))}
              >
                Withdraw
              </Button>
            </PersonRow>
          ))}
        </ul>
      </section>
      {session.moderates.value && <AudienceList session={session} />}
      {bans.length > 0 && (
        <details class="people-banned">
          <summary data-testid="banned">
            Banned <small>{bans.length}</small>
          </summary>
          <ul>
            {bans.map(({ id, name }) => (
              <PersonRow key={id} id={id} name={name}>
                <Button
                  testId="person-unban"
                  look="quiet"
                  onClick={() => void session.attempt(room.value?.unban(id))}
                >
                  Lift ban
                </Button>
              </PersonRow>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function OnStage({ session, member }: { session: Session; member: StageMember }) {
  const own = member.id === session.self.value?.id;
  const menu = session.moderates.value && !own ? stageActions(session, member) : [];
  const role = member.role === 'host' ? 'Host' : 'Co-host';
  const presence = member.presence === 'away' ? ', reconnecting' : own ? ', you' : '';
  return (
    <PersonRow id={member.id} name={member.name} note={`${role}${presence}`} menu={menu}>
      <SourceState
        off={!member.intent.microphone}
        locked={member.intent.locked.microphone}
        word="microphone"
      />
      <SourceState off={!member.intent.camera} locked={member.intent.locked.camera} word="camera" />
    </PersonRow>
  );
}

function SourceState({
  off,
  locked,
  word,
}: {
  off: boolean;
  locked: boolean;
  word: 'microphone' | 'camera';
}) {
  if (!off && !locked) return null;
  const label = locked ? `${word} kept off` : `${word} off`;
  return (
    <span class="source-state" role="img" aria-label={label} title={label} data-locked={locked}>
      <Icon name={locked ? 'lock' : word === 'camera' ? 'cameraOff' : 'microphoneOff'} size={18} />
    </span>
  );
}
