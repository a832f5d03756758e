import type { FirstFrame } from './benchPage.ts';

/** An element that shows a 720p picture without sound, over those that are there already. */
export function show(): HTMLVideoElement {
  const element = document.createElement('video');
  element.autoplay = element.muted = element.playsInline = true;
  document.body.append(element);
  return element;
}

/** Resolves when the browser has put the element's next frame on screen. */
export function firstFrameShown(element: HTMLVideoElement): Promise<FirstFrame> {
  return new Promise((resolve) => {
    element.requestVideoFrameCallback((_nowMs, { receiveTime }) => {
      resolve({ atMs: performance.now(), ...(receiveTime !== undefined && { receivedMs: receiveTime }) });
    });
  });
}

interface EncodedStreams {
  createEncodedStreams(): { readable: ReadableStream<unknown> };
}

/** Reads and drops a receiver's frames before they are decoded; resolves with the first one. */
export function firstFrameDropped(receiver: RTCRtpReceiver): Promise<FirstFrame> {
  const { readable } = (receiver as unknown as EncodedStreams).createEncodedStreams();
  return new Promise((resolve) => {
    void readable.pipeTo(
      new WritableStream({
        write: () => {
          resolve({ atMs: performance.now() });
        },
      }),
    );
  });
}
