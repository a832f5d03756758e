import type { Session } from '../state/session.ts';

/** One sentence over the stage when something is not as it should be. */
export function StageNotice({ session }: { session: Session }) {
  const reconnecting = session.state.value === 'reconnecting';
  const view = session.view.value;
  const host = view?.stage.find((member) => member.role === 'host');
  const hostAway = view?.status === 'live' && host?.presence === 'away' && host.id !== session.self.value?.id;
  const words = reconnecting
    ? 'You lost the connection. We are getting you back in; there is nothing to do.'
    : hostAway
      ? `${host.name} lost the connection. The place is kept; the picture returns by itself.`
      : '';
  return (
    <>
      {reconnecting && <div class="progress-line" />}
      <p class="stage-notice" role="status" data-shown={words !== ''} data-testid="stage-notice">
        {words}
      </p>
    </>
  );
}
