import type { ParticipantId } from '../protocol/identity.ts';
import type { QualityLevel } from '../protocol/qualityLevel.ts';
import type { ParticipantQuality } from '../protocol/serverMessages.ts';

/** How well everybody's media arrives at the server, as it told last; good until it tells otherwise. */
export class ParticipantQualities {
  readonly #levels = new Map<ParticipantId, QualityLevel>();

  constructor(told: readonly ParticipantQuality[]) {
    for (const one of told) this.set(one);
  }

  of(participantId: ParticipantId): QualityLevel {
    return this.#levels.get(participantId) ?? 'good';
  }

  set({ participantId, level }: ParticipantQuality): void {
    if (level === 'good') this.#levels.delete(participantId);
    else this.#levels.set(participantId, level);
  }

  /** After a return: `told` is all there is now; answers what is different. */
  replace(told: readonly ParticipantQuality[]): ParticipantQuality[] {
    const now = new ParticipantQualities(told);
    const ids = new Set([...this.#levels.keys(), ...now.#levels.keys()]);
    const changed = [...ids]
      .filter((id) => this.of(id) !== now.of(id))
      .map((participantId) => ({ participantId, level: now.of(participantId) }));
    for (const one of changed) this.set(one);
    return changed;
  }
}
