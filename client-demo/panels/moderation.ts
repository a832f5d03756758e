import type { ParticipantId, StageMember } from '../../client/tributary.ts';
import type { MenuItem, MenuPart } from '../controls/menu.tsx';
import { ask, say } from '../state/notices.ts';
import type { Session } from '../state/session.ts';

type Source = 'microphone' | 'camera';

/** What a moderator can do with somebody on stage. */
export function stageActions(session: Session, member: StageMember): MenuPart[] {
  const { id, name } = member;
  return [
    ...sourceActions(session, member, 'microphone'),
    ...sourceActions(session, member, 'camera'),
    'line',
    ...(member.role === 'host'
      ? []
      : [
          {
            label: 'Bring back to the audience',
            testId: 'person-remove',
            icon: 'stepDown' as const,
            act: () => void session.attempt(session.room.value?.removeFromStage(id)),
          },
        ]),
    ...exitActions(session, id, name),
  ];
}

/** What a moderator can do with somebody in the audience. */
export function audienceActions(session: Session, id: ParticipantId, name: string): MenuPart[] {
  return [inviteAction(session, id, name), 'line', ...exitActions(session, id, name)];
}

function inviteAction(session: Session, id: ParticipantId, name: string): MenuItem {
  return {
    label: 'Invite on stage',
    testId: 'person-invite',
    icon: 'invite',
    act: () => void inviteOnStage(session, id, name),
  };
}

export async function inviteOnStage(session: Session, id: ParticipantId, name: string): Promise<void> {
  if (await session.attempt(session.room.value?.invite(id))) say(`${name} is invited on stage.`);
}

function sourceActions(session: Session, { id, intent }: StageMember, source: Source): MenuItem[] {
  const { room } = session;
  const word = source;
  const on: MenuItem = {
    label: source === 'microphone' ? 'Mute' : 'Turn camera off',
    testId: `person-mute-${source}`,
    icon: source === 'microphone' ? 'microphoneOff' : 'cameraOff',
    act: () => void session.attempt(room.value?.mute(id, source)),
  };
  const lock: MenuItem = {
    label: intent.locked[source] ? `Allow ${word} again` : `Keep ${word} off`,
    note: intent.locked[source] ? 'They decide when to turn it on' : 'Until you allow it again',
    testId: intent.locked[source] ? `person-allow-${source}` : `person-lock-${source}`,
    icon: intent.locked[source] ? source : 'lock',
    act: () => void session.attempt(room.value?.allow(id, source, intent.locked[source])),
  };
  return intent[source] ? [on, lock] : [lock];
}

function exitActions(session: Session, id: ParticipantId, name: string): MenuItem[] {
  return [
    {
      label: 'Kick out',
      testId: 'person-kick',
      icon: 'leave',
      danger: true,
      act: () =>
        ask({
          title: 'Kick out?',
          body: `${name} leaves at once and may come back.`,
          yes: 'Kick out',
          testId: 'confirm-kick',
          act: () => void session.attempt(session.room.value?.kick(id)),
        }),
    },
    {
      label: 'Ban',
      testId: 'person-ban',
      icon: 'ban',
      danger: true,
      act: () =>
        ask({
          title: 'Ban from this room?',
          body: `${name} leaves at once and cannot come back until you lift the ban.`,
          yes: 'Ban',
          testId: 'confirm-ban',
          act: () => void session.attempt(session.room.value?.ban(id)),
        }),
    },
  ];
}
