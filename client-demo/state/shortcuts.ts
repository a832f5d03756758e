import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';

export type Shortcuts = Partial<Record<string, () => void>>;

/** Whether the sheet that lists the keys is open. */
export const shortcutsShown = signal(false);

/** Single keys of a page; they rest while somebody types, or while a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const target = event.target as HTMLElement | null;
      const typing = target?.closest('input, textarea, select, [contenteditable]') !== null;
      if (typing || document.querySelector('dialog[open]') !== null) return;
      const act =
        event.key === '?' ? () => (shortcutsShown.value = true) : shortcuts[event.key.toLowerCase()];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}
