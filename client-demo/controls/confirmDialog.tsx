import { useEffect } from 'preact/hooks';
import { question } from '../state/notices.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

/** Asks before a step that cannot be taken back; the question goes with the page that asked it. */
export function ConfirmDialog() {
  const asked = question.value;
  const close = () => {
    question.value = null;
  };
  useEffect(() => close, []);
  const confirmed = () => {
    close();
    asked?.act();
  };
  return (
    <Dialog title={asked?.title ?? ''} open={asked !== null} onClose={close} testId="confirm" plain>
      {asked !== null && (
        <>
          <p class="dialog-words">{asked.body}</p>
          <footer class="dialog-actions">
            <Button testId="confirm-cancel" onClick={close} autofocus>
              Not now
            </Button>
            <Button testId={asked.testId} look="danger" onClick={confirmed}>
              {asked.yes}
            </Button>
          </footer>
        </>
      )}
    </Dialog>
  );
}
