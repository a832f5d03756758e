import { shortcutsShown } from '../state/shortcuts.ts';
import { Dialog } from './dialog.tsx';

/** The keys a page understands. */
export function ShortcutsSheet({ keys }: { keys: readonly (readonly [key: string, does: string])[] }) {
  return (
    <Dialog
      title="Keyboard"
      open={shortcutsShown.value}
      onClose={() => (shortcutsShown.value = false)}
      testId="shortcuts"
    >
      <dl class="keys">
        {[...keys, ['Esc', 'Close what is open'] as const, ['?', 'Show this list'] as const].map(
          ([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ),
        )}
      </dl>
    </Dialog>
  );
}
