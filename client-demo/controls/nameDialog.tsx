import { useState } from 'preact/hooks';
import { ownName } from '../state/remembered.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { NameField } from './nameField.tsx';

/** Asks once what somebody wants to be called. */
export function NameDialog({
  open,
  onClose,
  onNamed,
}: {
  open: boolean;
  onClose: () => void;
  onNamed: () => Promise<void>;
}) {
  const [name, setName] = useState('');
  return (
    <Dialog title="What should people call you?" open={open} onClose={onClose} testId="name-dialog">
      <form
        class="name-form"
        onSubmit={(event) => {
          event.preventDefault();
          ownName.value = name.trim();
          if (ownName.value !== '') void onNamed();
        }}
      >
        <NameField testId="name-input" autofocus value={name} onInput={setName} />
        <footer class="dialog-actions">
          <Button testId="name-done" look="primary" type="submit" disabled={name.trim() === ''}>
            Continue
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
