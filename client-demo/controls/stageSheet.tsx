import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { LobbyPreview } from '../state/lobbyPreview.ts';
import { publishChosen } from '../state/publishing.ts';
import { ownName } from '../state/remembered.ts';
import type { Session } from '../state/session.ts';
import { Button } from './button.tsx';
import { DeviceMenus } from './deviceMenus.tsx';
import { Dialog } from './dialog.tsx';
import { PreviewPicture } from './previewPicture.tsx';

/** The step between the audience and the stage: an invitation, or a request that was accepted. */
export function StageSheet({ session }: { session: Session }) {
  const onStage = session.onStage.value;
  const invitation = session.self.value?.invitation;
  const arrived = useSignal(false);
  const wasOnStage = useRef(onStage);
  /** An invitation was accepted in the sheet: its seat is taken without asking once more. */
  const agreed = useRef(false);
  useEffect(() => {
    arrived.value = onStage && !wasOnStage.current && !agreed.current;
    wasOnStage.current = onStage;
    if (onStage) agreed.current = false;
  }, [onStage, arrived]);
  if (!arrived.value && (invitation === undefined || onStage)) return null;
  return (
    <GoingOnStage
      key={arrived.value ? 'arrived' : 'invited'}
      session={session}
      invitedBy={arrived.value ? undefined : invitation?.byName}
      onAgreed={(yes) => {
        agreed.current = yes;
        arrived.value = false;
      }}
    />
  );
}

interface GoingOnStageProps {
  session: Session;
  invitedBy: string | undefined;
  onAgreed: (yes: boolean) => void;
}

function GoingOnStage({ session, invitedBy, onAgreed }: GoingOnStageProps) {
  const preview = useMemo(() => new LobbyPreview(), []);
  useEffect(() => {
    void preview.open({ microphone: true, camera: true });
    return () => preview.close();
  }, [preview]);
  const invited = invitedBy !== undefined;
  const go = async () => {
    const start = { microphone: preview.microphone.value.on, camera: preview.camera.value.on };
    const tracks = preview.handOver();
    onAgreed(invited);
    const joined = !invited || (await session.attempt(session.room.peek()?.acceptInvitation()));
    if (joined) return publishChosen(session, start, tracks);
    onAgreed(false);
    for (const track of [tracks.camera, tracks.microphone]) track?.stop();
  };
  const decline = () => {
    const room = session.room.peek();
    void session.attempt(invited ? room?.declineInvitation() : room?.leaveStage());
  };
  return (
    <Dialog
      title={invited ? `${invitedBy} invites you on stage` : 'You are going on stage'}
      open
      onClose={decline}
      testId="stage-sheet"
      plain
      unasked
    >
      <div class="stage-sheet">
        <PreviewPicture preview={preview} name={ownName.value} />
        <DeviceMenus onChosen={(source, deviceId) => void preview.choose(source, deviceId)} />
        <footer class="dialog-actions">
          <Button testId="stage-decline" onClick={decline}>
            Not now
          </Button>
          <Button testId="stage-go" look="primary" onClick={() => void go()}>
            Go on stage
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}
