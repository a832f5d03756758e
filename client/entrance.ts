import type { ClientMessageInput, JoinReply } from '../protocol/clientMessages.ts';
import { protocolVersion } from '../protocol/version.ts';
import type { AccessToken } from './accessToken.ts';
import { capabilitiesKey, prepareFor, prepareMedia } from './preparation.ts';
import type { PreparedMedia } from './preparation.ts';
import { isAboutToken } from './refusals.ts';
import { SignalConnection } from './signalConnection.ts';
import type { SignalHandlers } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';
import type { ConnectOptions } from './types.ts';

export interface EntranceParts {
  token: AccessToken;
  /** How a seat taken by the next join starts. */
  start(): ConnectOptions['start'];
}

/** How to come in. */
export interface EntryWish {
  /** Names the media that this node still has for us. */
  keep?: string | undefined;
  /** We come from a node that sent us away, where our media goes on meanwhile. */
  moving?: boolean;
}

/** Where to open a socket, and what is done with what is heard there. */
export interface NodeWish extends EntryWish {
  url: string;
  /** Made for the connection that is being opened. */
  handlers(connection: () => SignalConnection | undefined): SignalHandlers;
  abort: AbortSignal;
  /** How long the node may take for its first word. */
  patienceMs: number;
  /** The join waits until it is known that it is to be here; false gives up. */
  here?: Promise<boolean>;
  /** There is a connection; it has not joined. */
  opened?(signal: SignalConnection): void;
}

export interface Entry {
  signal: SignalConnection;
  reply: JoinReply;
  prepared: PreparedMedia;
}

/** A join, and what it was made with. */
interface Question {
  message: ClientMessageInput<'join'>;
  prepared: PreparedMedia;
}

/** The way into a room at one node: what a join is made of, and how it is asked. */
export class Entrance {
  readonly #parts: EntranceParts;
  /** What the last join was made with; the nodes of a network speak the same. */
  #prepared: PreparedMedia | undefined;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  /** Opens a socket and joins by it. */
  async open(wish: NodeWish): Promise<Entry> {
    const { url, here = Promise.resolve(true), abort, patienceMs } = wish;
    // All that a join needs comes at the same time as the socket; what fails here fails again where it counts.
    const preparing = this.#prepared === undefined ? prepareFor(url) : Promise.resolve(this.#prepared);
    const early = this.#question(preparing, wish).catch(() => undefined);
    const joining = Promise.all([early, here]).then(([question, isHere]) =>
      isHere ? question?.message : undefined,
    );
    const opened: { connection?: SignalConnection } = {};
    const signal = await SignalConnection.open({
      origin: url,
      joining,
      abort,
      patienceMs,
      handlers: wish.handlers(() => opened.connection),
    });
    opened.connection = signal;
    try {
      if (!(await here) || abort.aborted) throw new TributaryError('aborted');
      wish.opened?.(signal);
      return await this.#join(signal, wish, signal.joined && (await early));
    } catch (error) {
      if (abort.aborted) signal.close();
      throw error;
    }
  }

  /** Joins by a socket that is open. */
  async again(signal: SignalConnection, wish: EntryWish): Promise<Entry> {
    return this.#join(signal, wish);
  }

  /** `early` was sent with the CONNECT. */
  async #join(signal: SignalConnection, wish: EntryWish, early?: Question): Promise<Entry> {
    const { rtpCapabilities } = signal.hello;
    const fits = early?.prepared.key === capabilitiesKey(rtpCapabilities);
    const question = fits ? early : await this.#question(prepareMedia(rtpCapabilities), wish);
    const reply = await this.#ask(signal, question, fits);
    this.#prepared = question.prepared;
    return { signal, reply, prepared: question.prepared };
  }

  async #question(preparing: Promise<PreparedMedia>, { keep, moving }: EntryWish): Promise<Question> {
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
      ...(moving === true && { moving }),
    };
    return { message, prepared };
  }

  async #ask(signal: SignalConnection, { message }: Question, sent: boolean): Promise<JoinReply> {
    try {
      return await ((sent && signal.joined) || signal.ask('join', message));
    } catch (error) {
      if (!(error instanceof TributaryError) || !isAboutToken(error.code) || !this.#parts.token.forget())
        throw error;
      return signal.ask('join', { ...message, token: await this.#parts.token.get() });
    }
  }
}
