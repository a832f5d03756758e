import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoomCascadeReport } from '../../protocol/cascadeReport.ts';
import { participantIdSchema, roomIdSchema } from '../../protocol/identity.ts';
import type { Role } from '../../protocol/roles.ts';
import { createTokens } from '../../server/access/tokens.ts';
import { WanNetwork } from '../wan/wanNetwork.ts';
import { roads } from '../wan/wanProfile.ts';
import type { RoadProfile } from '../wan/wanProfile.ts';
import type { Road } from '../wan/road.ts';
import { freePorts } from './ports.ts';
import { comeFirst } from './priority.ts';
import { RedisServer } from './redisServer.ts';
import { selfSigned } from './selfSigned.ts';
import { askLimitMs, WanNode } from './wanNode.ts';
import type { WanPorts } from './wanNode.ts';

export interface WanClusterOptions {
  /** The names of the nodes of each region. */
  regions: Readonly<Record<string, readonly string[]>>;
  /** What lies between two regions; the road of a data centre where nothing is said. */
  roads?: readonly (readonly [string, string, RoadProfile])[];
  /** For every node. */
  flags?: readonly string[];
  /** For some nodes. */
  nodeFlags?: Readonly<Record<string, readonly string[]>>;
  nodeEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  seed?: number;
  /** Whose pages may use the nodes, beside their own. */
  pageOrigins?: readonly string[];
}

/** Ports of each host for media between nodes. */
const pipePorts = 48;
const tokenSecret = 'only-the-tests-of-this-run-know-it-really';
const adminToken = 'a-token-that-only-the-operator-of-this-run-has';
/** Where Redis stands: by itself, at no distance from any node until it is set otherwise. */
const redisPlace = 'redis';

/**
 * Several real servers, each a process of its own with TLS between them, over a real Redis. Each is a place of the emulated
 * network, so that any two can be cut apart; the name of a region stands for all of its nodes.
 */
export class WanCluster {
  readonly redis: RedisServer;
  readonly nodes: readonly WanNode[];
  readonly #network: WanNetwork;
  readonly #folder: string;

  private constructor(network: WanNetwork, redis: RedisServer, nodes: readonly WanNode[], folder: string) {
    this.#network = network;
    this.redis = redis;
    this.nodes = nodes;
    this.#folder = folder;
  }

  static async start(options: WanClusterOptions): Promise<WanCluster> {
    comeFirst(true);
    const places = Object.entries(options.regions).flatMap(([region, names]) =>
      names.map((name) => ({ name, region })),
    );
    const network = await WanNetwork.start([...places.map(({ name }) => name), redisPlace], options.seed);
    const [first = 0] = await freePorts(4 + pipePorts);
    const ports: WanPorts = {
      public: first,
      admin: first + 1,
      link: first + 2,
      rtc: first + 3,
      pipes: [first + 4, first + 3 + pipePorts],
    };
    const hosts = await Promise.all(
      places.map(({ name }) =>
        network.addHost({
          name,
          region: name,
          tcpPorts: [ports.public, ports.link, ports.rtc],
          udpPorts: [[ports.rtc, ports.rtc], ports.pipes],
        }),
      ),
    );
    const redis = await RedisServer.start();
    const folder = mkdtempSync(join(tmpdir(), 'tributary-wan-'));
    const tls = selfSigned(hosts.map(({ publicAddress }) => publicAddress));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(certFile, tls.cert);
    writeFileSync(keyFile, tls.key, { mode: 0o600 });
    const origins = hosts.map(({ publicAddress }) => `http://${publicAddress}:${ports.public}`);
    const redisAddress = { address: '127.0.0.1', port: redis.port };
    const nodes = await Promise.all(
      hosts.map(async (host, index) => {
        const line = await network.tcpLine(host.name, redisPlace, redisAddress);
        return new WanNode({
          host,
          region: places[index]!.region,
          ports,
          env: {
            TRIBUTARY_TOKEN_SECRET: tokenSecret,
            TRIBUTARY_API_KEYS: 'test:a-key-that-only-this-run-has-and-knows',
            TRIBUTARY_ADMIN_TOKENS: adminToken,
            TRIBUTARY_CLUSTER_SECRETS: 'a-secret-that-only-the-nodes-of-this-run-have',
            TRIBUTARY_REDIS: `redis://${line.address.address}:${line.address.port}`,
            ...options.nodeEnv?.[host.name],
          },
          flags: [
            `--link-tls-cert-file=${certFile}`,
            `--link-tls-key-file=${keyFile}`,
            `--link-ca-file=${certFile}`,
            `--allowed-origins=${[...origins, ...(options.pageOrigins ?? [])].join(',')}`,
            // Everybody here comes from one address.
            '--rate-connections=1000 per 1s',
            '--rate-operator=1000 per 1s',
            '--rate-edges=1000 per 1s',
            // Pages are shut without a word, and nobody waits for them.
            '--viewer-grace-ms=2000',
            '--cohost-grace-ms=3000',
            ...(options.flags ?? []),
            ...(options.nodeFlags?.[host.name] ?? []),
          ],
        });
      }),
    );
    const cluster = new WanCluster(network, redis, nodes, folder);
    for (const [one, other, profile] of options.roads ?? []) cluster.set(one, other, profile);
    try {
      await Promise.all(nodes.map((node) => node.start()));
    } catch (error) {
      await cluster.close().catch(() => undefined);
      throw error;
    }
    return cluster;
  }

  node(name: string): WanNode {
    const node = this.nodes.find(({ nodeId }) => nodeId === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** A token for somebody whose identity is the name in small letters. */
  async token(room: string, name: string, role: Role): Promise<string> {
    const { token } = await createTokens(tokenSecret).issue(roomIdSchema.parse(room), {
      identity: participantIdSchema.parse(name.toLowerCase()),
      name,
      role,
      ttlSeconds: 3600,
    });
    return token;
  }

  /** Between nodes or regions, or one of them and `redis`. `there` goes to the second. */
  set(one: string, other: string, profile: RoadProfile): void {
    for (const road of this.#between(one, other)) road.set(profile);
  }

  cut(one: string, other: string): void {
    for (const road of this.#between(one, other)) road.cut();
  }

  heal(one: string, other: string): void {
    for (const road of this.#between(one, other)) road.restore();
  }

  /** Everything between nodes as it was at first, without any distance. */
  clear(): void {
    const places = [...this.nodes.map(({ nodeId }) => nodeId), redisPlace];
    for (const one of places)
      for (const other of places) {
        if (one === other) continue;
        this.heal(one, other);
        this.set(one, other, roads.lan);
      }
  }

  /** Packets and bytes that went from one to the other so far. */
  passed(one: string, other: string): { packets: number; bytes: number } {
    return this.#between(one, other).reduce(
      ({ packets, bytes }, { there: { counts } }) => ({
        packets: packets + counts.passed,
        bytes: bytes + counts.passedBytes,
      }),
      { packets: 0, bytes: 0 },
    );
  }

  /** Browsers' way to a node and back. */
  access(name: string): Road {
    return this.#network.access(name);
  }

  /** How the feeds of a room flow, as a node tells an operator: the first one that runs unless one is named. */
  async cascade(room: string, at?: string): Promise<RoomCascadeReport> {
    return (await this.operate('GET', `/v1/rooms/${room}/cascade`, at)) as RoomCascadeReport;
  }

  /** Asks a node something that only an operator may. */
  async operate(method: 'GET' | 'POST', path: string, at?: string): Promise<unknown> {
    const node = at === undefined ? this.nodes.find(({ answering }) => answering) : this.node(at);
    if (node === undefined) throw new Error('no node runs');
    const answer = await fetch(`${node.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      signal: AbortSignal.timeout(askLimitMs),
    });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${node.nodeId} ${method} ${path}: ${answer.status} ${body}`);
    return body === '' ? undefined : JSON.parse(body);
  }

  /** The sum over all nodes that run. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const running = this.nodes.filter(({ answering }) => answering);
    const all = await Promise.all(running.map((node) => node.metrics()));
    return all.reduce((sum, metrics) => sum + metrics.sum(name, labels), 0);
  }

  /** Leaves no process, port or folder; rejects where a node did not end as it should. */
  async close(): Promise<void> {
    const codes = await Promise.all(this.nodes.map((node) => node.stop()));
    await this.redis.close();
    await this.#network.close();
    rmSync(this.#folder, { recursive: true, force: true });
    comeFirst(false);
    const bad = this.nodes.filter((_, index) => codes[index] !== 0).map(({ nodeId }) => nodeId);
    if (bad.length > 0) throw new Error(`these did not end as they should: ${bad.join(', ')}`);
  }

  #between(one: string, other: string): Road[] {
    const pairs = this.#places(one).flatMap((from) => this.#places(other).map((to) => [from, to] as const));
    return pairs.filter(([from, to]) => from !== to).map(([from, to]) => this.#network.road(from, to));
  }

  #places(name: string): string[] {
    if (name === redisPlace) return [name];
    const places = this.nodes.filter(({ nodeId, region }) => nodeId === name || region === name);
    if (places.length === 0) throw new Error(`no node or region ${name}`);
    return places.map(({ nodeId }) => nodeId);
  }
}
