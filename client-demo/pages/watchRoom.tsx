import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../controls/confirmDialog.tsx';
import { NameDialog } from '../controls/nameDialog.tsx';
import { ShortcutsSheet } from '../controls/shortcutsSheet.tsx';
import { ownSources } from '../controls/sourceButtons.tsx';
import { StageNotice } from '../controls/stageNotice.tsx';
import { StageSheet } from '../controls/stageSheet.tsx';
import { TopStrip } from '../controls/topStrip.tsx';
import { ViewerBar } from '../controls/viewerBar.tsx';
import { ChatOverlay } from '../panels/chatOverlay.tsx';
import { ChatPanel } from '../panels/chatPanel.tsx';
import { PeoplePanel } from '../panels/peoplePanel.tsx';
import { SidePanel } from '../panels/sidePanel.tsx';
import type { PanelName, PanelTab } from '../panels/sidePanel.tsx';
import { StatsPanel } from '../panels/statsPanel.tsx';
import { AudioFeeds } from '../stage/audioFeeds.tsx';
import type { Sound } from '../stage/audioFeeds.tsx';
import { ReactionsRain } from '../stage/reactionsRain.tsx';
import { Stage } from '../stage/stage.tsx';
import type { StageMode } from '../stage/stage.tsx';
import { narrow, roomForPanel } from '../state/narrow.ts';
import { isNameless } from '../state/naming.ts';
import type { Session } from '../state/session.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import { stageRequest, useRequestNews } from '../state/stageRequest.ts';
import { focusChat, useUnread } from '../state/unread.ts';
import { SoundButton } from '../controls/soundButton.tsx';
import { WaitingPoster } from '../stage/waitingPoster.tsx';

interface WatchRoomProps {
  session: Session;
  room: string;
  autostart: boolean;
  /** Joins again under the name given just now. */
  onRename: () => Promise<void>;
}

/** The picture, and what a viewer does with it. */
export function WatchRoom({ session, room, autostart, onRename }: WatchRoomProps) {
  const mode = useSignal<StageMode>('grid');
  const panel = useSignal<PanelName | null>(roomForPanel() ? 'chat' : null);
  const statistics = useSignal(false);
  const bare = useSignal(false);
  // A page that somebody has clicked in may sound at once; any other must ask for a tap.
  const sound = useSignal<Sound>(autostart || clickedBefore() ? 'on' : 'off');
  const [afterNaming, setAfterNaming] = useState<(() => void) | null>(null);
  const unread = useUnread(session, panel.value === 'chat' || narrow.value);
  useRequestNews(session);

  /** Runs it once the person has a name that others may read. */
  const named = (act: () => void) => (isNameless(session) ? setAfterNaming(() => act) : act());
  const ask = () => named(() => void stageRequest(session).toggle());
  const openChat = () => {
    if (!narrow.value) panel.value = 'chat';
    named(focusChat);
  };
  const { toggle } = ownSources(session);
  useShortcuts({
    m: () => toggle('microphone'),
    v: () => toggle('camera'),
    c: openChat,
    escape: () => {
      statistics.value = false;
      bare.value = false;
    },
  });

  const tabs: PanelTab[] = [
    {
      name: 'chat',
      label: 'Chat',
      badge: unread,
      content: () => <ChatPanel session={session} onNameless={named} />,
    },
  ];
  if (session.moderates.value) {
    const waiting = session.backstage.value?.requests.length ?? 0;
    tabs.push({
      name: 'people',
      label: 'People',
      badge: waiting,
      content: () => <PeoplePanel session={session} />,
    });
  }
  // On a phone the chat lies over the picture instead.
  const inPanel = narrow.value ? tabs.filter(({ name }) => name !== 'chat') : tabs;
  const panelShown = inPanel.some(({ name }) => name === panel.value);
  return (
    <div class="live watch" data-theme="dark" data-panel={panelShown} data-bare={bare.value && narrow.value}>
      <div class="live-main">
        <TopStrip session={session} room={room} hosting={false} />
        <div class="live-stage" onClick={() => narrow.value && (bare.value = !bare.value)}>
          <Stage session={session} mode={mode.value} />
          <WaitingPoster session={session} room={room} />
          <StageNotice session={session} />
          <SoundButton session={session} sound={sound} />
          {statistics.value && <StatsPanel session={session} onClose={() => (statistics.value = false)} />}
        </div>
        <ReactionsRain session={session} />
        <div class="watch-controls">
          {narrow.value && <ChatOverlay session={session} onNameless={named} />}
          <ViewerBar
            session={session}
            mode={mode}
            panel={panel}
            statistics={statistics}
            sound={sound}
            unread={unread}
            onAsk={ask}
          />
        </div>
      </div>
      <SidePanel open={panel} tabs={inPanel} />
      <AudioFeeds session={session} sound={sound} />
      <StageSheet session={session} onRename={onRename} />
      <NameDialog
        open={afterNaming !== null}
        onClose={() => setAfterNaming(null)}
        onNamed={async () => {
          setAfterNaming(null);
          // Brought on stage meanwhile, the name is for the next time.
          if (!session.onStage.peek()) await onRename();
          afterNaming?.();
        }}
      />
      <ConfirmDialog />
      <ShortcutsSheet keys={watchKeys} />
    </div>
  );
}

const watchKeys = [
  ['C', 'Write in the chat'],
  ['M', 'Microphone on or off, on stage'],
  ['V', 'Camera on or off, on stage'],
] as const;

function clickedBefore(): boolean {
  return 'userActivation' in navigator && navigator.userActivation.hasBeenActive;
}
