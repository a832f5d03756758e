import { detectDevice } from 'mediasoup-client';
import type { ClientErrorCode } from './tributaryError.ts';

/**
 * Why this page cannot do everything, or undefined when it can: `unsupported-browser` cannot show live video at all,
 * `insecure-page` can watch but has no camera and microphone.
 */
export function supportProblem(): ClientErrorCode | undefined {
  if (!canWatch()) return 'unsupported-browser';
  return isSecureContext ? undefined : 'insecure-page';
}

/** Whether this browser can receive live media. */
export function canWatch(): boolean {
  return (
    typeof RTCPeerConnection === 'function' &&
    typeof WebSocket === 'function' &&
    typeof RTCPeerConnection.generateCertificate === 'function' &&
    detectDevice() !== undefined
  );
}

/** Whether sound can be sent to another loudspeaker than the browser's own. */
export function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

interface NewerSender {
  setParameters(parameters: RTCRtpSendParameters, options: object): Promise<void>;
}

/**
 * Whether a sender makes a keyframe when asked by `setParameters(_, {encodingOptions})`. No property tells, but a
 * browser that knows the option reads it.
 */
export function canMakeKeyframes(): boolean {
  const connection = new RTCPeerConnection();
  let read = false;
  const options = {
    get encodingOptions(): undefined {
      read = true;
      return undefined;
    },
  };
  try {
    const { sender } = connection.addTransceiver('video', { direction: 'sendonly' });
    const newer: NewerSender = sender;
    newer.setParameters(sender.getParameters(), options).catch(() => undefined);
  } finally {
    connection.close();
  }
  return read;
}
