import type { ParticipantId } from '../../protocol/identity.ts';
import type { AudienceEntry } from '../../protocol/roomView.ts';
import type { Actor } from './commands.ts';

/** Who is in the room here: the connected, and those whose connection was lost and who may still come back. */
export class Roster {
  readonly #people = new Map<ParticipantId, { actor: Actor; connected: boolean }>();
  readonly #onOccupied: (() => void) | undefined;

  /** `onOccupied` is called when the first person came, and when the last one left. */
  constructor(onOccupied?: () => void) {
    this.#onOccupied = onOccupied;
  }

  get size(): number {
    return this.#people.size;
  }

  actor(id: ParticipantId): Actor | undefined {
    return this.#people.get(id)?.actor;
  }

  has(id: ParticipantId): boolean {
    return this.#people.has(id);
  }

  connected(id: ParticipantId): boolean {
    return this.#people.get(id)?.connected ?? false;
  }

  /** Somebody came, or came back, perhaps with another token. */
  connect(actor: Actor): void {
    const { size } = this.#people;
    this.#people.set(actor.id, { actor, connected: true });
    if (size === 0) this.#onOccupied?.();
  }

  disconnect(id: ParticipantId): void {
    const person = this.#people.get(id);
    if (person !== undefined) person.connected = false;
  }

  remove(id: ParticipantId): void {
    if (this.#people.delete(id) && this.#people.size === 0) this.#onOccupied?.();
  }

  clear(): void {
    const { size } = this.#people;
    this.#people.clear();
    if (size > 0) this.#onOccupied?.();
  }

  /** How many are here and not on stage; costs as much as the stage is long. */
  audienceSize(stage: readonly { readonly id: ParticipantId }[]): number {
    return this.#people.size - stage.filter(({ id }) => this.#people.has(id)).length;
  }

  /** One page of those who are not on stage, in the order they came. */
  audience(
    stage: readonly { readonly id: ParticipantId }[],
    offset: number,
    limit: number,
  ): { total: number; entries: AudienceEntry[] } {
    const seated = new Set(stage.map(({ id }) => id));
    const entries: AudienceEntry[] = [];
    let index = 0;
    for (const { actor } of this.#people.values()) {
      if (entries.length === limit) break;
      if (seated.has(actor.id)) continue;
      if (index >= offset) entries.push({ id: actor.id, name: actor.name, role: actor.role });
      index += 1;
    }
    return { total: this.audienceSize(stage), entries };
  }
}
