import type { AnswerFrame, ByeReason } from '../../protocol/linkFrames.ts';
import { nodeCalls } from '../../protocol/nodeMessages.ts';
import type { DownReason } from './linkEvents.ts';
import { LinkHealth } from './linkHealth.ts';
import type { LinkFigures } from './linkHealth.ts';
import { startHeartbeat } from './linkHeartbeat.ts';
import type { Heartbeat } from './linkHeartbeat.ts';
import type { Greeting } from './linkOpening.ts';
import type { LinkOutbox } from './linkOutbox.ts';
import type { LinkSettings } from './linkSettings.ts';
import type { LinkWire } from './linkWire.ts';

export interface LinkConnectionParts {
  wire: LinkWire;
  greeting: Greeting;
  settings: LinkSettings;
  outbox: LinkOutbox;
  /** Whether this side wants the link to stay. */
  held(): boolean;
  frame(name: unknown, frame: unknown): void;
  /** Runs with each heartbeat. */
  beat(): void;
  /** The connection is of no use any more; runs once, unless it was closed from here. */
  failed(reason: DownReason): void;
}

/** Pings without an answer that are remembered: a peer may be heard of and never answer one. */
const mostPings = 16;
/** How many answers may go out before it is looked whether they are read. */
const answersBetweenLooks = 32;
/** How soon a full line is looked at again. */
const fullLinePauseMs = 20;

/** The connection in use: its heart, and what goes out over it. */
export class LinkConnection {
  readonly greeting: Greeting;
  readonly openedAtMs = performance.now();
  readonly #parts: LinkConnectionParts;
  readonly #health = new LinkHealth(performance.now());
  /** When each ping was sent that is not answered, by the id of its call. */
  readonly #pings = new Map<number, number>();
  #heartbeat: Heartbeat | undefined;
  #pause: NodeJS.Timeout | undefined;
  #answers = 0;

  constructor(parts: LinkConnectionParts) {
    this.#parts = parts;
    this.greeting = parts.greeting;
    parts.wire.listen({
      frame: (name, frame) => {
        this.#health.heard(performance.now());
        if (name !== 'answer' || !this.#isPong(frame)) parts.frame(name, frame);
      },
      closed: () => this.#fail('cut'),
    });
  }

  /** Begins to beat. */
  start(): void {
    const { heartbeatMs, deadAfterMs } = this.#parts.settings;
    this.#heartbeat = startHeartbeat({
      heartbeatMs,
      deadAtMs: () => this.#health.deadAtMs(deadAfterMs),
      dead: () => this.#fail('silent'),
      beat: () => this.#beat(),
    });
  }

  get figures(): LinkFigures | undefined {
    return this.#health.figures;
  }

  /** Asks the peer whether it is there; dead is one that says nothing within this time. */
  doubt(withinMs: number): void {
    this.#health.doubt(performance.now(), withinMs);
    this.#heartbeat?.again();
  }

  answer(frame: AnswerFrame): void {
    this.#parts.wire.send('answer', frame);
    this.#answers += 1;
    // Not only with each beat: who asks much and reads nothing would fill the memory between two.
    if (this.#answers % answersBetweenLooks === 0) this.#endIfUnread();
  }

  /** Sends what waits, as far as the peer takes it. */
  flush(): void {
    const { wire, outbox, settings } = this.#parts;
    if (this.#pause !== undefined) return;
    for (;;) {
      if (wire.unsentBytes() > settings.fullLineBytes) {
        this.#pause = setTimeout(() => {
          this.#pause = undefined;
          this.flush();
        }, fullLinePauseMs);
        return;
      }
      const next = outbox.next(performance.now());
      if (next === undefined) return;
      wire.send(next.kind, next.frame);
    }
  }

  cut(): void {
    this.#stop();
    this.#parts.wire.cut();
  }

  end(reason: ByeReason): Promise<void> {
    this.#stop();
    return this.#parts.wire.end(reason);
  }

  #fail(reason: DownReason): void {
    this.cut();
    this.#parts.failed(reason);
  }

  #stop(): void {
    this.#parts.wire.listen(undefined);
    this.#heartbeat?.stop();
    clearTimeout(this.#pause);
  }

  #endIfUnread(): boolean {
    const unread = this.#parts.wire.unsentBytes() > this.#parts.settings.unreadLineBytes;
    if (unread) this.#fail('unread');
    return unread;
  }

  #beat(): void {
    const { wire, outbox, settings } = this.#parts;
    if (this.#endIfUnread()) return;
    const id = outbox.nextId();
    const sentAtMs = performance.now();
    this.#pings.set(id, sentAtMs);
    const [oldest] = this.#pings.keys();
    if (this.#pings.size > mostPings && oldest !== undefined) this.#pings.delete(oldest);
    wire.send('call', {
      id,
      settled: outbox.settled,
      name: 'ping',
      timeoutMs: settings.deadAfterMs,
      payload: { sentAtMs, held: this.#parts.held() },
    });
    this.#parts.beat();
  }

  /** Takes the answer of a ping. The time is our own; what the peer says of it is only checked. */
  #isPong(frame: unknown): boolean {
    const { id, value } = (frame ?? {}) as { id?: unknown; value?: unknown };
    const sentAtMs = typeof id === 'number' ? this.#pings.get(id) : undefined;
    if (sentAtMs === undefined) return false;
    this.#pings.delete(id as number);
    const pong = nodeCalls.ping.response.safeParse(value);
    const nowMs = performance.now();
    if (pong.data?.sentAtMs === sentAtMs) this.#health.measured(nowMs - sentAtMs, nowMs);
    return true;
  }
}
