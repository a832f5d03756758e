import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import type { Quality } from '../../client/tributary.ts';
import { ReactionMenu } from '../panels/reactionMenu.tsx';
import type { PanelName } from '../panels/sidePanel.tsx';
import type { Sound } from '../stage/audioFeeds.tsx';
import type { StageMode } from '../stage/stage.tsx';
import { narrow } from '../state/narrow.ts';
import { ask } from '../state/notices.ts';
import type { Session } from '../state/session.ts';
import { shortcutsShown } from '../state/shortcuts.ts';
import { AskButton } from './askButton.tsx';
import { IconButton } from './button.tsx';
import { DevicesDialog } from './devicesDialog.tsx';
import { layoutItems, LayoutMenu } from './layoutMenu.tsx';
import { Menu } from './menu.tsx';
import type { MenuItem, MenuPart } from './menu.tsx';
import { SourceButtons } from './sourceButtons.tsx';
import { fullScreenItems, pictureInPictureItems } from './windowItems.ts';

interface ViewerBarProps {
  session: Session;
  mode: Signal<StageMode>;
  panel: Signal<PanelName | null>;
  statistics: Signal<boolean>;
  sound: Signal<Sound>;
  unread: number;
  onAsk: () => void;
}

/** What a viewer does: listen, react, ask to join, choose how to see. */
export function ViewerBar({ session, mode, panel, statistics, sound, unread, onAsk }: ViewerBarProps) {
  const quality = useSignal<Quality>('auto');
  const devices = useSignal(false);
  const onStage = session.onStage.value;
  const more: MenuPart[] = [
    ...(onStage
      ? [
          {
            label: 'Devices',
            testId: 'more-devices',
            icon: 'devices' as const,
            act: () => (devices.value = true),
          },
        ]
      : []),
    ...pictureInPictureItems(),
    ...fullScreenItems(),
    {
      label: 'Statistics',
      testId: 'more-statistics',
      icon: 'statistics',
      act: () => (statistics.value = !statistics.value),
    },
    {
      label: 'Keyboard',
      testId: 'more-shortcuts',
      icon: 'keyboard',
      act: () => (shortcutsShown.value = true),
    },
  ];
  const onPhone: MenuPart[] = [
    { heading: 'Picture quality' },
    ...qualityItems(session, quality),
    { heading: 'Layout' },
    ...layoutItems(mode),
    'line',
    ...more,
  ];
  return (
    <div class="bar" role="toolbar" aria-label="Viewing controls">
      <div class="bar-side bar-start">{!narrow.value && <SoundSwitch sound={sound} />}</div>
      <div class="bar-middle">
        {narrow.value && <SoundSwitch sound={sound} />}
        {onStage ? <OnStageButtons session={session} /> : <AskButton session={session} onAsk={onAsk} />}
        {!narrow.value && session.self.value?.rights.includes('react') && panel.value !== 'chat' && (
          <ReactionMenu session={session} caption="React" />
        )}
        {narrow.value && session.moderates.value && (
          <IconButton
            testId="open-people"
            icon="people"
            label="People"
            badge={session.backstage.value?.requests.length ?? 0}
            onClick={() => (panel.value = 'people')}
          />
        )}
        {narrow.value && (
          <Menu
            label="More"
            items={onPhone}
            opener={(opens) => <IconButton testId="more" icon="more" label="More" {...opens} />}
          />
        )}
      </div>
      {!narrow.value && (
        <div class="bar-side bar-end">
          <Menu
            label="Picture quality"
            items={qualityItems(session, quality)}
            opener={(opens) => (
              <IconButton
                testId="quality"
                icon="quality"
                label="Picture quality"
                caption="Quality"
                {...opens}
              />
            )}
          />
          <LayoutMenu mode={mode} />
          <Menu
            label="More"
            items={more}
            opener={(opens) => (
              <IconButton testId="more" icon="more" label="More" caption="More" {...opens} />
            )}
          />
          {panel.value === null && (
            <IconButton
              testId="open-chat"
              icon="chat"
              label="Chat"
              caption="Chat"
              keys="C"
              badge={unread}
              onClick={() => (panel.value = 'chat')}
            />
          )}
        </div>
      )}
      <DevicesDialog session={session} open={devices} />
    </div>
  );
}

function qualityItems(session: Session, quality: Signal<Quality>): MenuItem[] {
  const choices: [Quality, string, string][] = [
    ['auto', 'Automatic', 'As good as the connection allows'],
    ['high', 'High', 'Sharpest picture'],
    ['medium', 'Medium', 'Less data'],
    ['low', 'Low', 'Least data'],
  ];
  return choices.map(([value, label, note]) => ({
    label,
    note,
    testId: `quality-${value}`,
    checked: quality.value === value,
    act: () => {
      quality.value = value;
      session.room.peek()?.setQuality('all', value);
    },
  }));
}

function SoundSwitch({ sound }: { sound: Signal<Sound> }) {
  const on = sound.value === 'on';
  return (
    <IconButton
      testId="toggle-sound"
      icon={on ? 'sound' : 'soundOff'}
      label="Sound"
      caption="Sound"
      pressed={on}
      onClick={() => (sound.value = on ? 'silenced' : 'on')}
    />
  );
}

function OnStageButtons({ session }: { session: Session }) {
  const leave = () =>
    ask({
      title: 'Leave the stage?',
      body: 'You keep watching; your camera and microphone go off.',
      yes: 'Leave stage',
      testId: 'confirm-leave-stage',
      act: () => void session.attempt(session.room.value?.leaveStage()),
    });
  return (
    <>
      <SourceButtons session={session} />
      <IconButton
        testId="leave-stage"
        icon="stepDown"
        label="Leave the stage"
        caption="Leave"
        tone="danger"
        onClick={leave}
      />
    </>
  );
}
