import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { NodeId } from '../../protocol/network.ts';
import { dial } from './linkDial.ts';
import type { DialOutcome } from './linkDial.ts';
import type { LinkHello } from './linkHello.ts';
import { answerHello, retryMs } from './linkOpening.ts';
import type { Admission, Greeting } from './linkOpening.ts';
import type { LinkSettings } from './linkSettings.ts';
import type { LinkWire } from './linkWire.ts';

export interface LinkOpenerParts {
  self: NodeId;
  peer: NodeId;
  settings: LinkSettings;
  hello: LinkHello;
  log: Logger;
  addressOf(peer: NodeId): string | undefined;
  /** In [0, 1). */
  random(): number;
  /** Whether somebody still needs a connection. */
  wanted(): boolean;
  /** The peer's greeting that the connection in use was made with. */
  inUse(): Greeting | undefined;
  opened(wire: LinkWire, greeting: Greeting): void;
  /** There will be no connection soon, for this reason. */
  hopeless(reason: string): void;
  onOtherVersion(version: number): void;
}

interface Attempt {
  abort: AbortController;
  over: Promise<void>;
}

/** How a link gets its one connection: from this side or the other, and again after it was lost. */
export class LinkOpener {
  readonly #parts: LinkOpenerParts;
  /** Names this link of this run: ids of calls count from its beginning. */
  readonly #instance = randomUUID();
  #greetings = 0;
  #attempt: Attempt | undefined;
  /** Connections of the peer that were admitted and are not here yet. */
  #arriving = 0;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;

  constructor(parts: LinkOpenerParts) {
    this.#parts = parts;
  }

  get opening(): boolean {
    return this.#attempt !== undefined || this.#arriving > 0;
  }

  /** Opens, unless there is a connection, or one coming, or it was tried just now. */
  open(): void {
    if (this.#stopped || this.#retry !== undefined || this.opening) return;
    if (this.#parts.inUse() !== undefined) return;
    const abort = new AbortController();
    this.#attempt = { abort, over: this.#try(abort.signal) };
  }

  /** The connection is gone, after it was there for so long. */
  lost(lastedMs: number): void {
    // One that breaks at once is no better than one that did not open.
    this.#failures = lastedMs > this.#parts.settings.deadAfterMs ? 0 : this.#failures + 1;
    this.#openLater();
  }

  /** Decides on a connection that the peer opens. */
  async admit(hello: Greeting): Promise<Admission> {
    const { self, peer, settings } = this.#parts;
    for (let waited = false; ; waited = true) {
      const attempt = this.#attempt;
      const standing = { self, peer, opening: attempt !== undefined, inUse: this.#parts.inUse() };
      const answer = this.#stopped ? 'superseded' : answerHello(standing, hello);
      if (answer === 'superseded') return { ok: false, code: answer };
      if (answer === 'wait' && !waited) {
        // Not for all its time: where only the peer can reach us, ours never opens, and his would give up with it.
        await Promise.race([attempt?.over, sleep(settings.openTimeoutMs / 3, undefined, { ref: false })]);
        continue;
      }
      this.#abandon();
      this.#arriving += 1;
      return { ok: true, greeting: this.#greeting() };
    }
  }

  /** An admitted connection is here, or will not come. */
  arrived(wire: LinkWire | undefined, greeting: Greeting): void {
    this.#arriving -= 1;
    if (this.#stopped) wire?.cut();
    else if (wire === undefined) this.#openLater();
    else this.#open(wire, greeting);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#abandon();
  }

  #greeting(): Greeting {
    this.#greetings += 1;
    return { instance: this.#instance, sequence: this.#greetings };
  }

  #abandon(): void {
    this.#attempt?.abort.abort();
    this.#attempt = undefined;
  }

  #open(wire: LinkWire, greeting: Greeting): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#parts.opened(wire, greeting);
  }

  async #try(signal: AbortSignal): Promise<void> {
    // In the next turn, when the attempt has its place.
    await Promise.resolve();
    const outcome = await this.#dial(signal);
    // Another connection took its place while it opened.
    if (signal.aborted) {
      if (outcome.ok) outcome.wire.cut();
      return;
    }
    this.#attempt = undefined;
    if (outcome.ok) {
      outcome.wire.send('ready', {});
      this.#open(outcome.wire, outcome.greeting);
    } else this.#failed(outcome);
  }

  async #dial(signal: AbortSignal): Promise<DialOutcome> {
    const { peer, hello, settings, log } = this.#parts;
    try {
      const url = this.#parts.addressOf(peer);
      if (url === undefined) return { ok: false, code: 'unreachable', detail: 'no address is known' };
      return await dial({ peer, url, hello, settings, signal, greeting: this.#greeting() });
    } catch (error) {
      log.error({ err: error }, 'a node link could not be opened');
      return { ok: false, code: 'unreachable', detail: 'it could not be tried' };
    }
  }

  #failed({ code, detail, version }: Exclude<DialOutcome, { ok: true }>): void {
    const { log, peer } = this.#parts;
    // Told once; a peer that stays away is tried again and again.
    const level = this.#failures === 0 && code !== 'superseded' ? 'warn' : 'debug';
    log[level]({ code, detail }, 'a node link did not open');
    this.#failures += 1;
    if (code === 'version-mismatch' && version !== undefined) this.#parts.onOtherVersion(version);
    // A node that restarts is back in a moment, and one that supersedes is on its way; the rest stays as it is.
    const passes =
      code === 'superseded' || (code === 'unreachable' && this.#parts.addressOf(peer) !== undefined);
    if (!passes) this.#parts.hopeless(detail ?? code);
    this.#openLater();
  }

  #openLater(): void {
    const { settings } = this.#parts;
    if (this.#stopped || this.#retry !== undefined || this.opening || !this.#parts.wanted()) return;
    if (this.#parts.inUse() !== undefined) return;
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        if (this.#parts.wanted()) this.open();
      },
      retryMs(this.#failures, this.#parts.random(), settings.retryFirstMs, settings.retryLastMs),
    );
  }
}
