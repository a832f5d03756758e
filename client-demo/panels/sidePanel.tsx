import type { Signal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from '../controls/button.tsx';

export type PanelName = 'people' | 'chat' | 'show';

export interface PanelTab {
  name: PanelName;
  label: string;
  badge: number;
  content: () => ComponentChildren;
}

/** The right column: a tab list on a wide window, a sheet from below on a phone. */
export function SidePanel({ tabs, open }: { tabs: readonly PanelTab[]; open: Signal<PanelName | null> }) {
  const list = useRef<HTMLDivElement>(null);
  const shown = tabs.find((tab) => tab.name === open.value);
  useFocusOfPanel(list, open.value);
  if (shown === undefined) return null;
  const close = () => {
    open.value = null;
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return close();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !(event.target as HTMLElement).matches('[role=tab]')) return;
    const next = tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    open.value = next.name;
    list.current?.querySelector<HTMLElement>(`#tab-${next.name}`)?.focus();
  };
  return (
    <aside class="panel" aria-label={shown.label} onKeyDown={pressed}>
      <header class="panel-head">
        <div ref={list} class="tabs" role="tablist" aria-label="Side panel">
          {tabs.map((tab) => (
            <button
              type="button"
              key={tab.name}
              id={`tab-${tab.name}`}
              class="tab"
              role="tab"
              aria-selected={tab === shown}
              aria-controls="panel-content"
              tabIndex={tab === shown ? 0 : -1}
              data-testid={`tab-${tab.name}`}
              onClick={() => (open.value = tab.name)}
            >
              <span>{tab.label}</span>
              {tab.badge > 0 && <span class="badge">{tab.badge > 99 ? '99+' : tab.badge}</span>}
            </button>
          ))}
        </div>
        <IconButton testId="panel-close" icon="close" label="Close panel" onClick={close} />
      </header>
      <div
        id="panel-content"
        class="panel-content"
        role="tabpanel"
        aria-labelledby={`tab-${shown.name}`}
        key={shown.name}
      >
        {shown.content()}
      </div>
    </aside>
  );
}

/** Who opens the panel is taken to its tab; who closes it, back to the button that opens it. A resized window does neither. */
function useFocusOfPanel(list: RefObject<HTMLDivElement | null>, open: PanelName | null): void {
  const before = useRef(open);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = open;
    if (was === open) return;
    if (was === null) list.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
    // Only a focus that went with the panel is to be found a new place.
    if (open !== null || document.activeElement !== document.body) return;
    const openers = [`[data-testid="open-${was}"]`, '[data-testid="more"]'];
    const opener = openers
      .map((query) => document.querySelector<HTMLElement>(query))
      .find((found) => found !== null);
    opener?.focus();
  });
}
