interface EncodedStreams {
  createEncodedStreams(): { readable: ReadableStream<{ type?: 'key' | 'delta' | 'empty' }> };
}

/** Reads a receiver's frames before they are decoded, counts them and lets them go: a viewer that costs nothing. */
export class DroppedFrames {
  frames = 0;
  keyFrames = 0;

  constructor(receiver: RTCRtpReceiver, onFirst: () => void) {
    const { readable } = (receiver as unknown as EncodedStreams).createEncodedStreams();
    const sink = new WritableStream<{ type?: string }>({
      write: ({ type }) => {
        this.frames++;
        if (type === 'key') this.keyFrames++;
        if (this.frames === 1) onFirst();
      },
    });
    // Ends with the receiver.
    readable.pipeTo(sink).catch(() => undefined);
  }
}
