import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { IconButton } from './button.tsx';

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ComponentChildren;
  testId: string;
  /** Without the cross: the buttons inside are the only ways on (Escape still closes). */
  plain?: boolean;
  /** Opens by itself: the focus rests on the title, so that a key typed elsewhere decides nothing. */
  unasked?: boolean;
}

/** A modal sheet: the browser keeps the focus inside and Escape closes it. */
export function Dialog({
  title,
  open,
  onClose,
  children,
  testId,
  plain = false,
  unasked = false,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open === open) return;
    if (open) element.showModal();
    else element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      data-testid={testId}
      onClose={() => open && onClose()}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {open && (
        <div class="dialog-body">
          <header class="dialog-head">
            <h2 id={titleId} tabIndex={-1} autofocus={unasked}>
              {title}
            </h2>
            {!plain && <IconButton testId={`${testId}-close`} icon="close" label="Close" onClick={onClose} />}
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
