import { useSignal } from '@preact/signals';
import { ConfirmDialog } from '../controls/confirmDialog.tsx';
import { HostBar } from '../controls/hostBar.tsx';
import { OffStageNotice } from '../controls/offStageNotice.tsx';
import { RequestToasts } from '../controls/requestToasts.tsx';
import { ShortcutsSheet } from '../controls/shortcutsSheet.tsx';
import { SoundButton } from '../controls/soundButton.tsx';
import { ownSources } from '../controls/sourceButtons.tsx';
import { StageNotice } from '../controls/stageNotice.tsx';
import { StageSheet } from '../controls/stageSheet.tsx';
import { TopStrip } from '../controls/topStrip.tsx';
import { ChatPanel } from '../panels/chatPanel.tsx';
import { PeoplePanel } from '../panels/peoplePanel.tsx';
import { ShowPanel } from '../panels/showPanel.tsx';
import { SidePanel } from '../panels/sidePanel.tsx';
import type { PanelName } from '../panels/sidePanel.tsx';
import { StatsPanel } from '../panels/statsPanel.tsx';
import { AudioFeeds } from '../stage/audioFeeds.tsx';
import type { Sound } from '../stage/audioFeeds.tsx';
import { ReactionsRain } from '../stage/reactionsRain.tsx';
import { Stage } from '../stage/stage.tsx';
import type { StageMode } from '../stage/stage.tsx';
import { narrow, roomForPanel } from '../state/narrow.ts';
import type { Session } from '../state/session.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import { useRequestNews } from '../state/stageRequest.ts';
import { focusChat, useUnread } from '../state/unread.ts';

/** The host's workplace: the stage, what one does with it, and the people beside it. */
export function Studio({ session, room }: { session: Session; room: string }) {
  const mode = useSignal<StageMode>('grid');
  const panel = useSignal<PanelName | null>(roomForPanel() ? 'chat' : null);
  const sound = useSignal<Sound>('on');
  const statistics = useSignal(false);
  const unread = useUnread(session, panel.value === 'chat');
  const requests = session.backstage.value?.requests.length ?? 0;
  const { toggle } = ownSources(session);
  useRequestNews(session);
  useShortcuts({
    m: () => toggle('microphone'),
    v: () => toggle('camera'),
    c: () => {
      panel.value = 'chat';
      focusChat();
    },
    escape: () => {
      statistics.value = false;
      if (narrow.value) panel.value = null;
    },
  });
  return (
    <div class="live" data-theme="dark" data-panel={panel.value !== null}>
      <div class="live-main">
        <TopStrip session={session} room={room} hosting />
        <div class="live-stage">
          <Stage session={session} mode={mode.value} />
          <StageNotice session={session} />
          {panel.value !== 'people' && <RequestToasts session={session} />}
          {sound.value === 'blocked' && <SoundButton session={session} sound={sound} />}
          {statistics.value && <StatsPanel session={session} onClose={() => (statistics.value = false)} />}
        </div>
        <ReactionsRain session={session} />
        <OffStageNotice session={session} />
        <HostBar
          session={session}
          room={room}
          mode={mode}
          panel={panel}
          statistics={statistics}
          unread={unread}
          requests={requests}
        />
      </div>
      <SidePanel
        open={panel}
        tabs={[
          {
            name: 'people',
            label: 'People',
            badge: requests,
            content: () => <PeoplePanel session={session} />,
          },
          { name: 'chat', label: 'Chat', badge: unread, content: () => <ChatPanel session={session} /> },
          {
            name: 'show',
            label: 'Show',
            badge: 0,
            content: () => <ShowPanel session={session} room={room} />,
          },
        ]}
      />
      <AudioFeeds session={session} sound={sound} />
      <StageSheet session={session} />
      <ConfirmDialog />
      <ShortcutsSheet keys={studioKeys} />
    </div>
  );
}

const studioKeys = [
  ['M', 'Microphone on or off'],
  ['V', 'Camera on or off'],
  ['C', 'Write in the chat'],
] as const;
