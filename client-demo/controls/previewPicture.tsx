import { useEffect, useRef } from 'preact/hooks';
import { Initials } from '../stage/initials.tsx';
import { deviceAdvice } from '../state/advice.ts';
import type { LobbyPreview } from '../state/lobbyPreview.ts';
import { mirrorSelf } from '../state/remembered.ts';
import { Button, IconButton } from './button.tsx';
import { LevelMeter } from './levelMeter.tsx';

/** What others are about to see: one's own picture, the level of one's voice, and a switch for each. */
export function PreviewPicture({ preview, name }: { preview: LobbyPreview; name: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const camera = preview.camera.value;
  const microphone = preview.microphone.value;
  useEffect(() => {
    if (video.current === null) return;
    video.current.srcObject = camera.track === null ? null : new MediaStream([camera.track]);
  }, [camera.track]);
  const problem = camera.problem ?? microphone.problem;
  const failed = (['camera', 'microphone'] as const).filter((each) => preview[each].value.problem !== null);
  /** What fails for the same reason is told, and tried again, as one. */
  const broken = failed.filter((each) => preview[each].value.problem === problem);
  const advice = problem === null ? null : deviceAdvice(broken, problem);
  return (
    <div
      class="preview"
      data-theme="dark"
      data-picture={camera.track !== null}
      data-mirrored={mirrorSelf.value === 'on'}
    >
      <Initials name={name === '' ? '?' : name} />
      <video ref={video} muted autoPlay playsInline aria-label="Your picture" />
      {advice !== null && (
        <div class="preview-problem" role="alert" data-testid={`preview-problem-${broken[0]}`}>
          <p>
            <strong>{advice.title}</strong>
            <span>{advice.body}</span>
          </p>
          <Button
            testId={`retry-${broken[0]}`}
            onClick={() => broken.forEach((each) => void preview.setOn(each, true))}
          >
            Try again
          </Button>
        </div>
      )}
      <div class="preview-controls">
        <IconButton
          testId="preview-microphone"
          icon={microphone.on ? 'microphone' : 'microphoneOff'}
          label="Microphone"
          pressed={microphone.on}
          tone={microphone.on ? 'normal' : 'off'}
          keys="M"
          onClick={() => void preview.setOn('microphone', !microphone.on)}
        />
        <LevelMeter read={microphone.track === null ? null : preview.level} />
        <IconButton
          testId="preview-camera"
          icon={camera.on ? 'camera' : 'cameraOff'}
          label="Camera"
          pressed={camera.on}
          tone={camera.on ? 'normal' : 'off'}
          keys="V"
          onClick={() => void preview.setOn('camera', !camera.on)}
        />
      </div>
    </div>
  );
}
