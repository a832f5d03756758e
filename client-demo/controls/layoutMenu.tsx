import type { Signal } from '@preact/signals';
import type { StageMode } from '../stage/stage.tsx';
import { IconButton } from './button.tsx';
import { Menu } from './menu.tsx';
import type { MenuItem } from './menu.tsx';

export function layoutItems(mode: Signal<StageMode>): MenuItem[] {
  return [
    {
      label: 'Everybody',
      note: 'All tiles the same size',
      testId: 'layout-grid',
      icon: 'layout',
      checked: mode.value === 'grid',
      act: () => (mode.value = 'grid'),
    },
    {
      label: 'Speaker',
      note: 'Who speaks is large',
      testId: 'layout-speaker',
      icon: 'speaker',
      checked: mode.value === 'speaker',
      act: () => (mode.value = 'speaker'),
    },
  ];
}

export function LayoutMenu({ mode }: { mode: Signal<StageMode> }) {
  return (
    <Menu
      label="Layout"
      items={layoutItems(mode)}
      opener={(opens) => (
        <IconButton
          testId="layout"
          icon={mode.value === 'grid' ? 'layout' : 'speaker'}
          label="Layout"
          caption="Layout"
          {...opens}
        />
      )}
    />
  );
}
