import { Cluster, Redis } from 'ioredis';
import type { DNSLookupFunction, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { done } from '../../protocol/errors.ts';
import { refuseStore } from './clusterStore.ts';
import type { StoreResult } from './clusterStore.ts';
import type { RedisAddress } from './redisAddress.ts';
import { redisScripts } from './redisScripts.ts';
import type { RedisScript } from './redisScripts.ts';

const backOffMs = { first: 50, most: 1000 };
/** After so long a client that gave up is told to go on. */
const reviveMs = 200;
/** A connection that answers nothing for so many command timeouts is made anew: its other end may be gone. */
const deafAfterTimeouts = 3;

type ScriptCall = (keyCount: number, ...keysAndArgs: (string | number)[]) => Promise<unknown>;

/** A connection to Redis that comes back by itself for ever, whose every answer is a value and comes in time. */
export class RedisLine {
  readonly #client: Redis | Cluster;
  readonly #timeoutMs: number;
  /** The first attempt to connect is over. */
  readonly #tried: Promise<void>;
  #closed = false;
  #revival: NodeJS.Timeout | undefined;
  /** Why there is no connection, where the client said so. */
  #trouble = '';

  constructor(address: RedisAddress, commandTimeoutMs: number, log: Logger) {
    this.#timeoutMs = commandTimeoutMs;
    const client = connect(address, commandTimeoutMs);
    this.#client = client;
    for (const [name, lua] of Object.entries(redisScripts)) client.defineCommand(name, { lua });
    const tried = Promise.withResolvers<undefined>();
    this.#tried = tried.promise;
    const impatience = setTimeout(() => tried.resolve(undefined), commandTimeoutMs);
    const over = (): void => {
      clearTimeout(impatience);
      tried.resolve(undefined);
    };
    client.on('ready', over);
    client.on('ready', () => (this.#trouble = ''));
    client.on('close', over);
    client.on('end', () => this.#revive());
    client.on('error', (error: Error) => {
      this.#trouble = `: ${error.message}`;
      log.debug({ err: error }, 'Redis connection');
    });
  }

  /** Runs a script; `store-away` when it was not answered in time, done or not. */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<StoreResult<unknown>> {
    await this.#tried;
    // What waits for a connection is done when nobody wants it any more.
    if (this.#client.status !== 'ready')
      return refuseStore('store-away', `there is no connection to Redis${this.#trouble}`);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('Redis does not answer')), this.#timeoutMs);
    try {
      const call = (this.#client as unknown as Record<RedisScript, ScriptCall>)[script];
      return done(await Promise.race([call.call(this.#client, keys.length, ...keys, ...args), late.promise]));
    } catch (error) {
      return refuseStore('store-away', error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls `hear` with every message on the channel, and with none after each time that some may have been missed. */
  subscribe(channel: string, hear: (message: string) => void): void {
    this.#client.on('message', (_channel: string, message: string) => hear(message));
    const subscribe = (): void => {
      // Where it fails the connection is lost again, or the heartbeats look without being told to.
      this.#client.subscribe(channel).catch(() => undefined);
      hear('');
    };
    this.#client.on('ready', subscribe);
    if (this.#client.status === 'ready') subscribe();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#revival);
    this.#client.disconnect();
  }

  /**
   * ioredis gives up, in spite of its retry strategy, when a Sentinel tells of a new master while it is asking that Sentinel
   * for the master.
   */
  #revive(): void {
    if (this.#closed) return;
    clearTimeout(this.#revival);
    this.#revival = setTimeout(() => {
      // Where it fails it ends again.
      this.#client.connect().catch(() => undefined);
    }, reviveMs);
  }
}

function connect(address: RedisAddress, commandTimeoutMs: number): Redis | Cluster {
  const backOff = (attempt: number): number =>
    Math.min(backOffMs.first * 2 ** (attempt - 1), backOffMs.most) * (0.5 + Math.random() / 2);
  const tls = address.tls ? { tls: {} } : {};
  const common = {
    ...tls,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    connectTimeout: commandTimeoutMs,
    socketTimeout: deafAfterTimeouts * commandTimeoutMs,
    // For so long ioredis keeps the process alive after it let go of a connection that was lost already.
    disconnectTimeout: 100,
    // A command whose connection was lost is over: its answer is that, and it is not sent again behind our back.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Its rejection would be nobody's; `subscribe` does it.
    autoResubscribe: false,
    // A replica that was the master until just now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
  switch (address.type) {
    case 'server': {
      const { host, port, db } = address;
      return new Redis({ ...common, host, port, db, retryStrategy: backOff, enableOfflineQueue: false });
    }
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: address.sentinels,
        name: address.master,
        db: address.db,
        retryStrategy: backOff,
        sentinelRetryStrategy: backOff,
        enableOfflineQueue: false,
        failoverDetector: true,
        ...(address.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      });
    case 'cluster':
      return new Cluster(address.nodes, {
        redisOptions: common,
        clusterRetryStrategy: backOff,
        slotsRefreshTimeout: commandTimeoutMs,
        ...(address.tls && { dnsLookup: keepName }),
      });
    default:
      return address satisfies never;
  }
}

/** A certificate is for the name that the cluster tells, not for the address behind it. */
const keepName: DNSLookupFunction = (name, callback) => callback(null, name);
