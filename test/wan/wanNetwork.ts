import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { addressText } from './address.ts';
import type { Address } from './address.ts';
import { Departures } from './departures.ts';
import { Road } from './road.ts';
import { startTcpLine } from './tcpLine.ts';
import type { TcpLine } from './tcpLine.ts';
import { startUdpLine } from './udpLine.ts';
import type { UdpLine } from './udpLine.ts';
import { roads } from './wanProfile.ts';
import type { RoadProfile } from './wanProfile.ts';

/** A machine of the emulated network, as behind a router that translates addresses one to one. */
export interface WanHost {
  readonly name: string;
  readonly region: string;
  /** What its programs listen on, and send from. */
  readonly listenAddress: string;
  /** What they have to tell others. Each port that the host was added with is open here, under the same number. */
  readonly publicAddress: string;
}

export interface WanHostOptions {
  name: string;
  region: string;
  tcpPorts?: readonly number[];
  /** First and last of each range. */
  udpPorts?: readonly (readonly [number, number])[];
}

/** The port by which a run claims its network number for as long as it goes on. */
const claimPort = 45_000;
/** Added to a region's number in the public addresses of its hosts. */
const publicOffset = 100;

/**
 * Regions with hosts, and a road between any two regions. Who sends is known by his address: hosts by theirs, and all
 * others, such as browsers, come in over the access road of the host they talk to.
 */
export class WanNetwork {
  readonly #claim: Server;
  readonly #number: number;
  readonly #regions: readonly string[];
  readonly #departures = new Departures();
  /** By the names of both regions; the two views of one road share its ways. */
  readonly #roads = new Map<string, Road>();
  readonly #access = new Map<string, Road>();
  readonly #hosts: WanHost[] = [];
  readonly #lines: (UdpLine | TcpLine)[] = [];
  /** The public port of each private one, by the text of the private address. */
  readonly #faces = new Map<string, UdpLine>();
  #seed: number;

  private constructor(claim: Server, number: number, regions: readonly string[], seed: number) {
    this.#claim = claim;
    this.#number = number;
    this.#regions = regions;
    this.#seed = seed;
    regions.forEach((from, index) => {
      this.#roads.set(pair(from, from), this.#newRoad());
      for (const to of regions.slice(index + 1)) {
        const road = this.#newRoad();
        this.#roads.set(pair(from, to), road);
        this.#roads.set(pair(to, from), new Road(road.back, road.there));
      }
    });
  }

  /** All roads are those of a data centre until they are set. The same seed loses the same packets of the same traffic. */
  static async start(regions: readonly string[], seed = 1): Promise<WanNetwork> {
    const { claim, number } = await claimNumber();
    return new WanNetwork(claim, number, regions, seed);
  }

  /** Between two regions, or within one; `there` goes to the second. */
  road(from: string, to: string): Road {
    const road = this.#roads.get(pair(from, to));
    if (road === undefined) throw new Error(`no road from ${from} to ${to}`);
    return road;
  }

  /** Between a host and everybody who is not a host; `there` goes to the host. */
  access(hostName: string): Road {
    const road = this.#access.get(hostName);
    if (road === undefined) throw new Error(`no host ${hostName}`);
    return road;
  }

  set(from: string, to: string, profile: RoadProfile): void {
    this.road(from, to).set(profile);
  }

  cut(one: string, other: string): void {
    this.road(one, other).cut();
  }

  restore(one: string, other: string): void {
    this.road(one, other).restore();
  }

  /** Cuts a region off from all the others, but not from its own viewers. */
  isolate(region: string): void {
    for (const other of this.#regions) if (other !== region) this.cut(region, other);
  }

  rejoin(region: string): void {
    for (const other of this.#regions) if (other !== region) this.restore(region, other);
  }

  async addHost({ name, region, tcpPorts = [], udpPorts = [] }: WanHostOptions): Promise<WanHost> {
    const regionNumber = this.#regions.indexOf(region) + 1;
    if (regionNumber === 0) throw new Error(`no region ${region}`);
    if (this.#access.has(name)) throw new Error(`two hosts named ${name}`);
    const hostNumber = this.#hosts.filter((host) => host.region === region).length + 1;
    const addressIn = (third: number): string => `127.${this.#number}.${third}.${hostNumber}`;
    const host: WanHost = {
      name,
      region,
      listenAddress: addressIn(regionNumber),
      publicAddress: addressIn(publicOffset + regionNumber),
    };
    this.#hosts.push(host);
    this.#access.set(name, this.#newRoad());
    const udp = udpPorts.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    await Promise.all([
      ...udp.map((port) => this.#openUdp(host, port)),
      ...tcpPorts.map((port) => this.#openTcp(host, port)),
    ]);
    return host;
  }

  /**
   * A way of its own to a TCP server, for programs that cannot choose the address they connect from, and servers that are
   * not on a host: a node's to Redis, a browser's to a far region. Returns where to connect to.
   */
  async tcpLine(from: string, to: string, target: Address): Promise<TcpLine> {
    const road = this.road(from, to);
    const line = await startTcpLine({ target, roadOf: () => road });
    this.#lines.push(line);
    return line;
  }

  async close(): Promise<void> {
    this.#departures.clear();
    await Promise.all(this.#lines.map((line) => line.close()));
    if (!this.#claim.listening) return;
    this.#claim.close();
    await once(this.#claim, 'close');
  }

  async #openUdp(host: WanHost, port: number): Promise<void> {
    const line = await startUdpLine({
      target: { address: host.listenAddress, port },
      listen: { address: host.publicAddress, port },
      roadOf: (sender) => this.#roadOf(sender.address, host),
      // A media transport takes packets only from the address that it was told of the other one.
      faceOf: (sender) => this.#faces.get(addressText(sender))?.socket,
    });
    this.#lines.push(line);
    this.#faces.set(addressText({ address: host.listenAddress, port }), line);
  }

  async #openTcp(host: WanHost, port: number): Promise<void> {
    const line = await startTcpLine({
      target: { address: host.listenAddress, port },
      listen: { address: host.publicAddress, port },
      roadOf: (from) => this.#roadOf(from, host),
    });
    this.#lines.push(line);
  }

  #roadOf(sender: string, host: WanHost): Road {
    const from = this.#hosts.find(({ listenAddress }) => listenAddress === sender);
    return from === undefined ? this.access(host.name) : this.road(from.region, host.region);
  }

  #newRoad(): Road {
    return Road.make(roads.lan, this.#seed++, this.#departures);
  }
}

const pair = (from: string, to: string): string => `${from} ${to}`;

/** The second number of all addresses of this run, so that several can go on on one machine. */
async function claimNumber(): Promise<{ claim: Server; number: number }> {
  const first = Math.floor(Math.random() * 254);
  for (let tried = 0; tried < 254; tried++) {
    const number = 1 + ((first + tried) % 254);
    const claim = createServer();
    claim.listen(claimPort, `127.${number}.0.1`);
    try {
      await once(claim, 'listening');
      return { claim, number };
    } catch {
      // Another run has it.
    }
  }
  throw new Error(`something else listens on port ${claimPort} of every loopback address`);
}
