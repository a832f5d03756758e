import { limits } from '../../client/tributary.ts';
import type { AudienceEntry } from '../../client/tributary.ts';

export interface Audience {
  total: number;
  entries: readonly AudienceEntry[];
}

interface AudienceReaderParts {
  page(offset: number, limit: number): Promise<{ total: number; entries: AudienceEntry[] }>;
  show(audience: Audience): void;
}

/** A crowd that comes and goes is read no more often than this. */
export const pauseMs = 2000;

/** Reads the first of the people who watch, page by page: one reading at a time, with a pause after each. */
export class AudienceReader {
  readonly #parts: AudienceReaderParts;
  #wanted = limits.pageSize as number;
  #state: 'idle' | 'reading' | 'pausing' | 'closed' = 'idle';
  /** Something changed since the reading that is under way, or was last, began. */
  #stale = false;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: AudienceReaderParts) {
    this.#parts = parts;
  }

  /** The list may have changed. */
  refresh(): void {
    this.#stale = true;
    if (this.#state === 'idle') void this.#read();
  }

  /** Another page is asked for by a person, who does not wait for the pause. */
  more(): void {
    this.#wanted += limits.pageSize;
    this.#stale = true;
    if (this.#state === 'idle' || this.#state === 'pausing') void this.#read();
  }

  close(): void {
    this.#state = 'closed';
    clearTimeout(this.#pause);
  }

  async #read(): Promise<void> {
    clearTimeout(this.#pause);
    this.#state = 'reading';
    this.#stale = false;
    // A reading that fails keeps the list that is there; the next one heals it.
    const audience = await this.#pages().catch(() => undefined);
    if (this.#isClosed()) return;
    if (audience !== undefined) this.#parts.show(audience);
    this.#state = 'pausing';
    this.#pause = setTimeout(() => {
      this.#state = 'idle';
      if (this.#stale) void this.#read();
    }, pauseMs);
  }

  async #pages(): Promise<Audience> {
    const entries: AudienceEntry[] = [];
    for (;;) {
      const page = await this.#parts.page(entries.length, limits.pageSize);
      entries.push(...page.entries);
      const complete = page.entries.length === 0 || entries.length >= Math.min(page.total, this.#wanted);
      if (complete || this.#isClosed()) return { total: page.total, entries };
    }
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
