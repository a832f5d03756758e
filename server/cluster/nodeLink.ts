import type { Logger } from 'pino';
import { linkError } from '../../protocol/linkErrors.ts';
import type { LinkErrorCode, LinkResult } from '../../protocol/linkErrors.ts';
import { answerFrameSchema } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';
import { nodeTells } from '../../protocol/nodeMessages.ts';
import type {
  HandledCallName,
  NodeHandlers,
  NodeRequest,
  NodeResponse,
  NodeTell,
  NodeTellName,
} from '../../protocol/nodeMessages.ts';
import { ask } from './linkAsking.ts';
import { LinkConnection } from './linkConnection.ts';
import { reasonOfBye } from './linkEvents.ts';
import type { DownReason, LinkEvent } from './linkEvents.ts';
import type { LinkFigures } from './linkHealth.ts';
import type { LinkHello } from './linkHello.ts';
import { LinkInbox, jsonBytes } from './linkInbox.ts';
import { LinkOpener } from './linkOpener.ts';
import { isOlder } from './linkOpening.ts';
import type { Admission, Greeting } from './linkOpening.ts';
import { LinkOutbox } from './linkOutbox.ts';
import type { LinkSettings } from './linkSettings.ts';
import { LinkStrikes } from './linkStrikes.ts';
import type { LinkWire } from './linkWire.ts';

export interface NodeLinkParts {
  self: NodeId;
  peer: NodeId;
  settings: LinkSettings;
  hello: LinkHello;
  handlers: NodeHandlers;
  log: Logger;
  addressOf(peer: NodeId): string | undefined;
  random(): number;
  announce(event: LinkEvent): void;
}

export interface CallOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What this node and one other have to say to each other, over the one connection they have at a time. */
export class NodeLink {
  readonly nodeId: NodeId;
  readonly #parts: NodeLinkParts;
  readonly #outbox: LinkOutbox;
  readonly #inbox: LinkInbox;
  readonly #opener: LinkOpener;
  readonly #strikes: LinkStrikes;
  #connection: LinkConnection | undefined;
  /** The run of the peer that was heard last. */
  #peerInstance: string | undefined;
  #peerHolds = true;
  #holders = 0;
  #usedAtMs = performance.now();
  #closing: Promise<void> | undefined;

  constructor(parts: NodeLinkParts) {
    const { peer, settings, handlers } = parts;
    const log = parts.log.child({ peer });
    this.nodeId = peer;
    this.#parts = { ...parts, log };
    this.#outbox = new LinkOutbox(settings);
    this.#strikes = new LinkStrikes(settings, performance.now());
    this.#inbox = new LinkInbox({
      from: peer,
      settings,
      handlers,
      log,
      answer: (frame) => this.#connection?.answer(frame),
      pinged: (held) => (this.#peerHolds = held),
      wrong: (code) => this.#wrong(code),
    });
    this.#opener = new LinkOpener({
      ...this.#parts,
      wanted: () => this.#held(),
      inUse: () => this.#connection?.greeting,
      opened: (wire, greeting) => this.#opened(wire, greeting),
      hopeless: (reason) => this.#outbox.fail('all', 'peer-away', reason),
      onOtherVersion: (version) => {
        parts.announce({ type: 'other-version', nodeId: peer, version });
      },
    });
  }

  get up(): boolean {
    return this.#connection !== undefined;
  }

  /** It is held, or something waits to be said. */
  get wanted(): boolean {
    return this.#held();
  }

  /** The round trip; undefined while there is no connection, or none was measured. */
  get figures(): LinkFigures | undefined {
    return this.#connection?.figures;
  }

  /** How often each refusal was given to this peer. */
  get refusals(): ReadonlyMap<LinkErrorCode, number> {
    return this.#strikes.counts;
  }

  /** Asks the peer; opens the link where it is not open. Ends within `timeoutMs` and never rejects. */
  async call<N extends HandledCallName>(
    name: N,
    payload: NodeRequest<N>,
    { timeoutMs = this.#parts.settings.callTimeoutMs, signal }: CallOptions = {},
  ): Promise<LinkResult<NodeResponse<N>>> {
    if (this.#closing !== undefined) return linkError('peer-away', 'this link was closed');
    if (signal?.aborted) return linkError('aborted');
    if (!this.#fits(payload)) return linkError('too-large');
    const onBadAnswer = (): void => this.#wrong('bad-answer');
    const answer = ask(this.#outbox, { name, payload, timeoutMs, signal, onBadAnswer });
    this.#use();
    return answer;
  }

  /** Tells the peer, now or when the link is open; of what waits under one key only the latest is told. */
  tell<N extends NodeTellName>(name: N, payload: NodeTell<N>): void {
    if (this.#closing !== undefined) return;
    if (!this.#fits(payload)) {
      this.#parts.log.error({ message: name }, 'a message to another node was too large and is lost');
      return;
    }
    const keyOf = nodeTells[name].keyOf as (payload: NodeTell<N>) => string;
    this.#outbox.tell(`${name} ${keyOf(payload)}`, { name, payload });
    this.#use();
  }

  /** Keeps the link open, and opens it again when it is lost, until the answer is called. */
  hold(): () => void {
    let held = true;
    this.#holders += 1;
    this.#use();
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      this.#usedAtMs = performance.now();
    };
  }

  /** Something else says that the peer may be gone: unless it says something within this time, the link is down. */
  doubt(withinMs: number): void {
    this.#connection?.doubt(withinMs);
  }

  /** For the server: decides on a connection that the peer opens. */
  async admit(hello: Greeting): Promise<Admission> {
    if (this.#strikes.isOut(performance.now())) return { ok: false, code: 'struck-out' };
    return this.#opener.admit(hello);
  }

  /** For the server: an admitted connection is here, or does not come. */
  arrived(wire: LinkWire | undefined, greeting: Greeting): void {
    this.#opener.arrived(wire, greeting);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#opener.stop();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#outbox.fail('all', 'peer-away', 'this link was closed');
    this.#inbox.reset();
    if (connection === undefined) return;
    this.#down('closed');
    await connection.end('closing');
  }

  #held(): boolean {
    return this.#holders > 0 || !this.#outbox.empty;
  }

  #fits(payload: unknown): boolean {
    const bytes = jsonBytes(payload);
    return bytes !== undefined && bytes <= this.#parts.settings.maxMessageBytes;
  }

  #use(): void {
    this.#usedAtMs = performance.now();
    if (this.#connection === undefined) this.#opener.open();
    else this.#flush();
  }

  #flush(): void {
    this.#connection?.flush();
  }

  /** There is a connection, from either side. */
  #opened(wire: LinkWire, greeting: Greeting): void {
    const before = this.#connection;
    if (isOlder(greeting, before?.greeting)) {
      wire.cut();
      return;
    }
    before?.cut();
    const restarted = this.#peerInstance !== undefined && this.#peerInstance !== greeting.instance;
    this.#peerInstance = greeting.instance;
    if (restarted) {
      this.#inbox.reset();
      // The run that was asked is gone, and with it whatever it did.
      this.#outbox.fail('on-the-way', 'peer-away', 'it restarted');
      if (before !== undefined) this.#down('peer-restarted');
    }
    this.#outbox.requeue();
    this.#peerHolds = true;
    this.#usedAtMs = performance.now();
    this.#connection = new LinkConnection({
      wire,
      greeting,
      settings: this.#parts.settings,
      outbox: this.#outbox,
      held: () => this.#held(),
      frame: (name, frame) => this.#hear(name, frame),
      beat: () => this.#endIfIdle(),
      failed: (reason) => this.#lost(reason),
    });
    this.#connection.start();
    if (before === undefined || restarted) {
      this.#parts.log.info({ restarted }, 'a node link is up');
      this.#parts.announce({ type: 'up', nodeId: this.nodeId, restarted });
    }
    this.#flush();
  }

  #hear(name: unknown, frame: unknown): void {
    const id = (frame as { id?: unknown } | null | undefined)?.id;
    // An answer that was asked for costs the peer nothing.
    const awaited = name === 'answer' && typeof id === 'number' && this.#outbox.wasSent(id);
    if (!awaited && !this.#strikes.takes(performance.now())) {
      if (name === 'call' && typeof id === 'number')
        this.#connection?.answer({ id, ...linkError('rate-limited') });
      this.#wrong('rate-limited');
      return;
    }
    switch (name) {
      case 'call':
        if (this.#inbox.call(frame) !== 'ping') this.#usedAtMs = performance.now();
        return;
      case 'tell':
        this.#usedAtMs = performance.now();
        this.#inbox.tell(frame);
        return;
      case 'answer':
        this.#usedAtMs = performance.now();
        this.#answered(frame);
        return;
      case 'bye':
        this.#connection?.cut();
        this.#lost(reasonOfBye(frame));
        return;
      default:
        this.#wrong('unknown-call');
    }
  }

  #answered(frame: unknown): void {
    const answer = answerFrameSchema.safeParse(frame);
    if (!answer.success) {
      this.#wrong('bad-answer');
      return;
    }
    const { id, ...result } = answer.data;
    // A call that was given up meanwhile is not there any more.
    this.#outbox.settle(id, result.ok ? { ok: true, value: result.value } : result);
    this.#flush();
  }

  #wrong(code: LinkErrorCode): void {
    if (!this.#strikes.strike(code, performance.now()) || this.#connection === undefined) return;
    this.#parts.log.warn({ code }, 'a node sent too much that is wrong and is turned away for a while');
    void this.#connection.end('hostile');
    this.#lost('hostile');
  }

  #endIfIdle(): void {
    const idleMs = performance.now() - this.#usedAtMs;
    if (this.#held() || this.#peerHolds || this.#inbox.running > 0 || idleMs < this.#parts.settings.lingerMs)
      return;
    void this.#connection?.end('idle');
    this.#lost('idle');
  }

  #lost(reason: DownReason): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.#down(reason);
    this.#opener.lost(performance.now() - connection.openedAtMs);
  }

  #down(reason: DownReason): void {
    const level = reason === 'idle' || reason === 'closed' || reason === 'peer-closing' ? 'info' : 'warn';
    this.#parts.log[level]({ reason }, 'a node link is down');
    this.#parts.announce({ type: 'down', nodeId: this.nodeId, reason });
  }
}
