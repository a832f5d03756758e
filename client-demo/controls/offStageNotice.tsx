import { offStageWords } from '../state/offStage.ts';
import type { Session } from '../state/session.ts';

/** Over the studio's bar while one has no seat: why the devices are off, and the way on. */
export function OffStageNotice({ session }: { session: Session }) {
  const view = session.view.value;
  const self = session.self.value;
  const words = view === null || self === null ? '' : offStageWords(view, self);
  return (
    <p class="off-stage" role="status" data-testid="off-stage">
      {words}
    </p>
  );
}
