import type {
  ClientMessageInput,
  ClientMessageName,
  ClientReply,
  JoinReply,
} from '../protocol/clientMessages.ts';
import type { LeaveReason } from '../protocol/serverMessages.ts';
import { protocolVersion } from '../protocol/version.ts';
import type { AccessToken } from './accessToken.ts';
import { backoffMs } from './backoff.ts';
import { MediaAttempts } from './mediaAttempts.ts';
import { capabilitiesKey, prepareFor, prepareMedia } from './preparation.ts';
import type { PreparedMedia } from './preparation.ts';
import { isAboutToken, isFinal } from './refusals.ts';
import { SignalConnection, requestTimeoutMs } from './signalConnection.ts';
import type { Ask, SignalHandlers, SignalOptions } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';
import type { ConnectionState, ConnectOptions } from './types.ts';
import { WakefulPause } from './wakefulPause.ts';

export interface RoomConnectionParts {
  origin: string;
  token: AccessToken;
  /** How a seat taken by the next join starts. */
  start(): ConnectOptions['start'];
  handlers: Omit<SignalHandlers, 'lost' | 'left' | 'mediaLost'>;
  /** Names the media we still have. */
  session(): string | undefined;
  /** A join was answered; runs before anything else that the server says. */
  joined(reply: JoinReply, prepared: PreparedMedia): void;
  changed(state: ConnectionState, error?: TributaryError): void;
  /** The server let us go for good. */
  left(reason: LeaveReason, durationMs?: number): void;
}

/** A join, and what it was made with. */
interface Question {
  message: ClientMessageInput<'join'>;
  prepared: PreparedMedia;
}

/** Being in a room: joins, and comes back by itself until it is over. */
export class RoomConnection {
  state: ConnectionState = 'connecting';
  readonly #parts: RoomConnectionParts;
  readonly #over = new AbortController();
  readonly #pause = new WakefulPause();
  readonly #waiting = new Set<() => void>();
  readonly #mediaAttempts = new MediaAttempts();
  #signal: SignalConnection | undefined;
  /** The connection whose join was answered. */
  #joined: SignalConnection | undefined;
  #mediaGone = false;
  #recovering = false;
  #ending: TributaryError = new TributaryError('closed');

  constructor(parts: RoomConnectionParts) {
    this.#parts = parts;
  }

  /** The node whose room we are in, or were last. */
  get nodeId(): string {
    return this.#joined?.hello.nodeId ?? '';
  }

  /** Joins for the first time. What refuses that is told to the caller, who decides whether to try again. */
  async start(abort: AbortSignal | undefined): Promise<void> {
    const giveUp = (): void => this.#end('ended', new TributaryError('aborted'));
    abort?.addEventListener('abort', giveUp, { once: true });
    if (abort?.aborted) giveUp();
    try {
      await this.#enter();
    } catch (error) {
      const reason = this.#isOver() ? this.#ending : error;
      this.#end('error', reason instanceof TributaryError ? reason : undefined);
      throw reason;
    } finally {
      abort?.removeEventListener('abort', giveUp);
    }
    this.#watchNetwork();
    this.#live();
  }

  /** Asks the server; while the room reconnects, waits for that. */
  readonly ask: Ask = async <N extends ClientMessageName>(
    name: N,
    message: ClientMessageInput<N>,
    timeoutMs = requestTimeoutMs,
  ): Promise<ClientReply<N>> => {
    if (this.#joined?.open !== true) await this.#untilJoined(timeoutMs);
    if (this.#isOver()) throw this.#ending;
    if (this.#joined === undefined) throw new TributaryError('unreachable');
    return this.#joined.ask(name, message, timeoutMs);
  };

  /** The media session we have gets nothing through although the server answers. Told once for each. */
  mediaLost(): void {
    const afterMs = this.#mediaAttempts.lost(Math.random());
    if (afterMs === undefined) this.#end('error', new TributaryError('media-failed'));
    else this.#recover({ media: true, afterMs });
  }

  mediaConnected(): void {
    this.#mediaAttempts.connected();
  }

  /** Leaves on purpose. */
  async leave(): Promise<void> {
    const signal = this.#joined;
    if (!this.#isOver() && signal?.open) await signal.ask('leave', {}, 1000).catch(() => undefined);
    this.#end('ended');
  }

  /** Joins by the socket there is, or else by a new one. */
  async #enter(): Promise<void> {
    const keep = this.#mediaGone ? undefined : this.#parts.session();
    this.#mediaGone = false;
    try {
      if (this.#signal?.open) await this.#join(this.#signal, keep);
      else await this.#openAndJoin(keep);
    } catch (error) {
      this.#mediaGone ||= keep === undefined;
      throw error;
    }
  }

  async #openAndJoin(keep: string | undefined): Promise<void> {
    // All that a join needs comes at the same time as the socket; what fails here fails again where it counts.
    const early = this.#question(prepareFor(this.#parts.origin), keep).catch(() => undefined);
    const signal = await this.#open(early.then((question) => question?.message));
    await this.#join(signal, keep, signal.joined && (await early));
  }

  async #open(joining: SignalOptions['joining']): Promise<SignalConnection> {
    const { signal: over } = this.#over;
    const signal: SignalConnection = await SignalConnection.open({
      origin: this.#parts.origin,
      joining,
      abort: over,
      handlers: {
        ...this.#parts.handlers,
        lost: () => {
          if (signal === this.#signal) this.#recover({});
        },
        left: ({ reason, durationMs }) => {
          if (signal === this.#signal) this.#left(reason, durationMs);
        },
        mediaLost: ({ afterMs }) => {
          if (signal === this.#signal) this.#recover({ media: true, afterMs });
        },
      },
    });
    if (over.aborted) {
      signal.close();
      throw this.#ending;
    }
    this.#signal = signal;
    return signal;
  }

  /** `early` was sent with the CONNECT. */
  async #join(signal: SignalConnection, keep: string | undefined, early?: Question): Promise<void> {
    const { rtpCapabilities } = signal.hello;
    const fits = early?.prepared.key === capabilitiesKey(rtpCapabilities);
    const question = fits ? early : await this.#question(prepareMedia(rtpCapabilities), keep);
    const reply = await this.#askToJoin(signal, question, fits);
    if (this.#isOver()) throw this.#ending;
    this.#joined = signal;
    this.#parts.joined(reply, question.prepared);
  }

  async #question(preparing: Promise<PreparedMedia>, keep: string | undefined): Promise<Question> {
    const [prepared, token] = await Promise.all([preparing, this.#parts.token.get()]);
    const start = this.#parts.start();
    const { rtpCapabilities, fingerprints, keyframes } = prepared;
    const message = {
      protocol: protocolVersion,
      token,
      rtpCapabilities,
      fingerprints,
      features: { keyframes },
      ...(start && { start }),
      ...(keep !== undefined && { keep }),
    };
    return { message, prepared };
  }

  async #askToJoin(signal: SignalConnection, { message }: Question, sent: boolean): Promise<JoinReply> {
    try {
      return await ((sent && signal.joined) || signal.ask('join', message));
    } catch (error) {
      if (!(error instanceof TributaryError) || !isAboutToken(error.code) || !this.#parts.token.forget())
        throw error;
      return signal.ask('join', { ...message, token: await this.#parts.token.get() });
    }
  }

  #recover({
    media = false,
    afterMs = 0,
    error,
  }: {
    media?: boolean;
    afterMs?: number;
    error?: TributaryError;
  }): void {
    if (this.#isOver() || this.state === 'connecting') return;
    this.#mediaGone ||= media;
    // A recovery that is under way sees for itself what else has gone.
    if (this.#recovering) return;
    this.#recovering = true;
    this.#change('reconnecting', error ?? new TributaryError(media ? 'media-unavailable' : 'unreachable'));
    void this.#comeBack(afterMs).finally(() => (this.#recovering = false));
  }

  async #comeBack(afterMs: number): Promise<void> {
    let waitMs = afterMs > 0 || this.#signal?.open ? afterMs : backoffMs(0, Math.random());
    for (let attempt = 1; !this.#isOver(); attempt++) {
      if (waitMs > 0) await this.#pause.for(waitMs);
      if (this.#isOver()) return;
      try {
        await this.#enter();
        if (this.#signal?.open && !this.#mediaGone) return this.#live();
        waitMs = backoffMs(attempt, Math.random());
      } catch (error) {
        // What the app's own token function throws is most likely the network, too.
        const problem =
          error instanceof TributaryError ? error : new TributaryError('unreachable', String(error));
        if (problem.code === 'room-ended') return this.#left('ended', undefined, problem);
        if (isFinal(problem.code)) return this.#end('error', problem);
        waitMs = Math.max(problem.retryAfterMs ?? 0, backoffMs(attempt, Math.random()));
      }
    }
  }

  #live(): void {
    this.#change('live');
    for (const go of [...this.#waiting]) go();
  }

  #left(reason: LeaveReason, durationMs?: number, error?: TributaryError): void {
    if (reason === 'shutdown') return this.#recover({ error: new TributaryError('draining') });
    this.#end('ended', error);
    this.#parts.left(reason, durationMs);
  }

  /** Over for good. */
  #end(state: 'ended' | 'error', error?: TributaryError): void {
    if (this.#isOver()) return;
    if (error !== undefined) this.#ending = error;
    this.#over.abort();
    this.#pause.close();
    this.#signal?.close();
    for (const go of [...this.#waiting]) go();
    this.#change(state, error);
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #change(state: ConnectionState, error?: TributaryError): void {
    this.state = state;
    this.#parts.changed(state, error);
  }

  async #untilJoined(timeoutMs: number): Promise<void> {
    if (this.#isOver()) return;
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(go);
        reject(new TributaryError('unreachable'));
      }, timeoutMs);
      this.#waiting.add(go);
    });
  }

  /** A socket that slept through another network is not to be trusted: it would be missed only after many seconds. */
  #watchNetwork(): void {
    const { signal } = this.#over;
    let wasOffline = false;
    addEventListener('offline', () => (wasOffline = true), { signal });
    addEventListener(
      'online',
      () => {
        if (wasOffline && this.#signal?.open) this.#signal.drop();
        wasOffline = false;
      },
      { signal },
    );
  }
}
