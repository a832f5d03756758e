import { notices, withdraw } from '../state/notices.ts';
import { Icon } from './icons.tsx';

/** Sentences that go by, also for screen readers. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.id} class="toast" data-tone={notice.tone} data-testid="notice">
          <span>{notice.text}</span>
          <button type="button" class="toast-close" aria-label="Dismiss" onClick={() => withdraw(notice.id)}>
            <Icon name="close" size={18} />
          </button>
        </div>
      ))}
    </div>
  );
}
