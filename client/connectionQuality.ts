import type { ConnectionQuality } from './types.ts';

/** What one look at the connection showed; undefined where nothing is sent, received or known. */
export interface QualitySample {
  rttMs?: number;
  /** Share of our packets that did not arrive, 0 to 1. */
  uplinkLoss?: number;
  downlinkLoss?: number;
  /** Share of the time that a received picture stood still, 0 to 1. */
  frozen?: number;
  /** What keeps the encoder from sending all it could. */
  limitation?: 'bandwidth' | 'cpu';
}

interface Symptom {
  measure: 'rttMs' | 'uplinkLoss' | 'downlinkLoss' | 'frozen';
  fairFrom: number;
  poorFrom: number;
  sentence: string;
}

/** In the order in which a person should hear of them. */
const symptoms: readonly Symptom[] = [
  { measure: 'uplinkLoss', fairFrom: 0.03, poorFrom: 0.1, sentence: 'Your uplink is losing packets' },
  { measure: 'downlinkLoss', fairFrom: 0.03, poorFrom: 0.1, sentence: 'Your connection is losing packets' },
  {
    measure: 'frozen',
    fairFrom: 0.05,
    poorFrom: 0.2,
    sentence: 'The picture stalls because your connection is slow',
  },
  { measure: 'rttMs', fairFrom: 250, poorFrom: 500, sentence: 'Your connection answers slowly' },
];
const limitations = {
  bandwidth: 'Your uplink is too slow for the full picture',
  cpu: 'This device is too busy to send the full picture',
};

export const goodQuality: ConnectionQuality = { level: 'good', sentence: '' };

/** Judges a connection in words; the worst symptom speaks. */
export function connectionQuality(sample: QualitySample): ConnectionQuality {
  const poor = symptoms.find(({ measure, poorFrom }) => (sample[measure] ?? 0) >= poorFrom);
  if (poor !== undefined) return { level: 'poor', sentence: poor.sentence };
  const fair = symptoms.find(({ measure, fairFrom }) => (sample[measure] ?? 0) >= fairFrom);
  if (fair !== undefined) return { level: 'fair', sentence: fair.sentence };
  if (sample.limitation !== undefined) return { level: 'fair', sentence: limitations[sample.limitation] };
  return goodQuality;
}

/** A level has to be seen twice in a row before it is told: one bad moment is no bad connection. */
export function steadyQuality(
  told: ConnectionQuality,
  before: ConnectionQuality,
  now: ConnectionQuality,
): ConnectionQuality {
  return now.level === before.level ? now : told;
}
