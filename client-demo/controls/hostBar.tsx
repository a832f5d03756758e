import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import type { PanelName } from '../panels/sidePanel.tsx';
import { RoomLinks } from '../panels/roomLinks.tsx';
import type { StageMode } from '../stage/stage.tsx';
import { narrow } from '../state/narrow.ts';
import { ask } from '../state/notices.ts';
import { navigate } from '../router.ts';
import type { Session } from '../state/session.ts';
import { shortcutsShown } from '../state/shortcuts.ts';
import { stageRequest } from '../state/stageRequest.ts';
import { AskButton } from './askButton.tsx';
import { IconButton } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { layoutItems, LayoutMenu } from './layoutMenu.tsx';
import { Menu } from './menu.tsx';
import type { MenuPart } from './menu.tsx';
import { SourceButtons } from './sourceButtons.tsx';
import { fullScreenItems } from './windowItems.ts';

interface HostBarProps {
  session: Session;
  room: string;
  mode: Signal<StageMode>;
  panel: Signal<PanelName | null>;
  statistics: Signal<boolean>;
  unread: number;
  requests: number;
}

/** Everything the host does, in reach; on a phone what is rare goes behind the dots. */
export function HostBar({ session, room, mode, panel, statistics, unread, requests }: HostBarProps) {
  const inviting = useSignal(false);
  const togglePanel = (name: PanelName) => {
    panel.value = panel.value === name ? null : name;
  };
  const invite = () => (inviting.value = true);
  const extra: MenuPart[] = [
    { label: 'Devices', testId: 'more-devices', icon: 'devices', act: () => (panel.value = 'show') },
    {
      label: 'Statistics',
      testId: 'more-statistics',
      icon: 'statistics',
      act: () => (statistics.value = !statistics.value),
    },
    ...fullScreenItems(),
    {
      label: 'Keyboard',
      testId: 'more-shortcuts',
      icon: 'keyboard',
      act: () => (shortcutsShown.value = true),
    },
  ];
  const phoneExtra: MenuPart[] = [
    { label: 'Invite', testId: 'invite', icon: 'invite', act: invite },
    { heading: 'Layout' },
    ...layoutItems(mode),
    'line',
  ];
  return (
    <div class="bar" role="toolbar" aria-label="Show controls">
      <div class="bar-side" />
      <div class="bar-middle">
        {session.onStage.value ? (
          <SourceButtons session={session} />
        ) : (
          <AskButton session={session} onAsk={() => void stageRequest(session).toggle()} />
        )}
        {!narrow.value && (
          <>
            <IconButton
              testId="invite"
              icon="invite"
              label="Invite people"
              caption="Invite"
              onClick={invite}
            />
            <LayoutMenu mode={mode} />
          </>
        )}
        {(narrow.value || panel.value === null) && (
          <>
            <IconButton
              testId="open-people"
              icon="people"
              label="People"
              caption="People"
              badge={requests}
              onClick={() => togglePanel('people')}
            />
            <IconButton
              testId="open-chat"
              icon="chat"
              label="Chat"
              caption="Chat"
              badge={unread}
              onClick={() => togglePanel('chat')}
            />
          </>
        )}
        <Menu
          label="More"
          items={narrow.value ? [...phoneExtra, ...extra] : extra}
          opener={(opens) => <IconButton testId="more" icon="more" label="More" caption="More" {...opens} />}
        />
      </div>
      <div class="bar-side bar-end">
        <EndButton session={session} />
      </div>
      <Dialog
        title="Bring people in"
        open={inviting.value}
        onClose={() => (inviting.value = false)}
        testId="invite-dialog"
      >
        <RoomLinks room={room} />
        <p class="dialog-words">Somebody who watches already can be invited from the People list.</p>
      </Dialog>
    </div>
  );
}

function EndButton({ session }: { session: Session }) {
  const ends = session.self.value?.rights.includes('end') ?? false;
  const asked = () =>
    ends
      ? ask({
          title: 'End the show?',
          body: 'It ends for everybody, also for those who watch.',
          yes: 'End show',
          testId: 'confirm-end',
          act: () => void session.attempt(session.room.value?.end()),
        })
      : ask({
          title: 'Leave the show?',
          body: 'Your place on stage becomes free. The show goes on.',
          yes: 'Leave',
          testId: 'confirm-leave',
          // The page lets the room go with itself; a session closed before that would be a lobby with the camera open.
          act: () => navigate('/'),
        });
  return (
    <button type="button" class="end-button" data-testid={ends ? 'end-show' : 'leave-show'} onClick={asked}>
      {ends ? 'End' : 'Leave'}
    </button>
  );
}
