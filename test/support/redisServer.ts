import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from './ports.ts';
import { until } from './until.ts';

/** A real `redis-server` on the loopback, which a test can stop, freeze and start again. */
export class RedisServer {
  readonly port: number;
  readonly #flags: readonly string[];
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(
    port: number,
    flags: readonly string[],
    folder = mkdtempSync(join(tmpdir(), 'tributary-redis-')),
  ) {
    this.port = port;
    this.#flags = flags;
    this.#folder = folder;
  }

  /** Keeps nothing on disk. */
  static async start(flags: readonly string[] = [], port?: number): Promise<RedisServer> {
    const server = new RedisServer(port ?? (await freePorts(1))[0]!, [...flags, '--save', '']);
    await server.start();
    return server;
  }

  /** A Sentinel that watches a master called `main` and is in a hurry. */
  static async startSentinel(master: RedisServer): Promise<RedisServer> {
    const [port] = await freePorts(1);
    const folder = mkdtempSync(join(tmpdir(), 'tributary-redis-'));
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `monitor main 127.0.0.1 ${master.port} 1`,
      'down-after-milliseconds main 400',
      'failover-timeout main 2000',
    ];
    writeFileSync(file, lines.map((line) => `sentinel ${line}\n`).join(''));
    const server = new RedisServer(port!, [file, '--sentinel'], folder);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const flags = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder];
    this.#process = spawn('redis-server', [...this.#flags, ...flags], { stdio: 'ignore' });
    await until(() => this.ask((redis) => redis.ping()).then(() => true));
  }

  /** Ends it as a crash would. */
  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    const gone = once(process, 'exit');
    process.kill('SIGCONT');
    process.kill('SIGKILL');
    await gone;
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Cuts the connections of everybody. */
  async cutConnections(): Promise<void> {
    for (const type of ['normal', 'pubsub'])
      await this.ask((redis) => redis.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'));
  }

  keys(): Promise<string[]> {
    return this.ask((redis) => redis.keys('*'));
  }

  /** Does something over a connection of its own. */
  async ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis({ host: '127.0.0.1', port: this.port, lazyConnect: true, retryStrategy: null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      // On one that has ended, ioredis would set a timer that nothing clears.
      if (redis.status !== 'end') redis.disconnect();
    }
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A Redis Cluster of three masters. */
export async function startRedisCluster(): Promise<{ url: string; servers: RedisServer[] }> {
  const ports = await freePorts(3);
  const flags = (port: number) => [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'],
    ...['--cluster-port', `${port + 10_000}`, '--cluster-require-full-coverage', 'no'],
  ];
  const servers = await Promise.all(ports.map((port) => RedisServer.start(flags(port), port)));
  const slots = [0, 5461, 10_922, 16_384];
  await Promise.all(
    servers.map((server, at) =>
      server.ask(async (redis) => {
        await redis.cluster('ADDSLOTSRANGE', slots[at]!, slots[at + 1]! - 1);
        await redis.call('CLUSTER', 'MEET', '127.0.0.1', `${ports[0]!}`, `${ports[0]! + 10_000}`);
      }),
    ),
  );
  for (const server of servers) {
    await until(async () => {
      const info = await server.ask(async (redis) => String(await redis.call('CLUSTER', 'INFO')));
      return info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384');
    });
  }
  return { url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`, servers };
}
