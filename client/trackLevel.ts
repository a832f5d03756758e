let context: AudioContext | undefined;

/** Loudness of a local sound track, 0 to 1, measured when asked. `close()` lets it go; the track goes on. */
export function trackLevel(track: MediaStreamTrack): { level(): number; close(): void } {
  context ??= new AudioContext();
  const { state } = context;
  // Browsers start it suspended until the person has done something on the page.
  if (state === 'suspended') context.resume().catch(() => undefined);
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      return Math.min(1, Math.sqrt(sum / samples.length));
    },
    close: () => source.disconnect(),
  };
}
