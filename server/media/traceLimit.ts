import type { types } from 'mediasoup';

/** Many times what three layers of a keyframe, ten times a second, tell. */
const maxTracesPerSecond = 500;

/**
 * Stops the traces of a producer that floods us with them. mediasoup tells of every packet that is marked as a
 * keyframe, and a hostile publisher may mark all of his. Without traces, keyframes of this one feed are found by
 * waiting only.
 */
export function limitTraces(producer: types.Producer, exceeded: () => void): void {
  let secondBeganMs = -Infinity;
  let count = 0;
  const counted = ({ timestamp }: types.ProducerTraceEventData): void => {
    if (timestamp - secondBeganMs >= 1000) {
      secondBeganMs = timestamp;
      count = 0;
    }
    if (++count <= maxTracesPerSecond) return;
    producer.off('trace', counted);
    // Refused only where producer or worker is gone.
    producer.enableTraceEvent([]).catch(() => undefined);
    exceeded();
  };
  producer.on('trace', counted);
}
