import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { CascadeFeed, NetworkView, Place } from '../../server/cascade/networkView.ts';
import { checkPull, checkSource } from '../../server/cascade/pathCheck.ts';
import { upstream } from '../../server/cascade/upstreamChoice.ts';
import type { Random } from './random.ts';
import { Simulation } from './simulation.ts';

const lookAgainMs = 500;
const packetEveryMs = 40;

/** One feed among nodes that each go by a view of their own, over links that keep order and take their time. */
export class PullingNodes {
  readonly simulation = new Simulation();
  readonly feed: CascadeFeed;
  readonly nodes = new Map<NodeId, PullingNode>();
  refusals = 0;
  /** When the last message on each link arrives. */
  readonly #arrivalsMs = new Map<string, number>();
  readonly #random: Random;

  constructor(places: readonly Place[], feed: CascadeFeed, view: NetworkView, random: Random) {
    this.feed = feed;
    this.#random = random;
    for (const place of places) {
      const node = new PullingNode(this, place, view);
      this.nodes.set(place.nodeId, node);
      this.#every(lookAgainMs, () => node.look());
    }
    let packet = 0;
    this.#every(packetEveryMs, () => this.nodes.get(feed.originNode)?.pass([], ++packet));
  }

  send(from: NodeId, to: NodeId, deliver: (node: PullingNode) => void): void {
    const link = `${from} ${to}`;
    const soonestMs = this.simulation.nowMs + 1 + this.#random.int(150);
    const atMs = Math.max(soonestMs, this.#arrivalsMs.get(link) ?? 0);
    this.#arrivalsMs.set(link, atMs);
    this.simulation.at(atMs, () => deliver(this.nodes.get(to)!));
  }

  #every(periodMs: number, run: () => void): void {
    const again = (): void => {
      run();
      this.simulation.after(periodMs, again);
    };
    this.simulation.after(this.#random.int(periodMs), again);
  }
}

/** A pull has a name of its own: what is still said of an earlier one from the same node is told apart. */
interface NamedPull {
  from: NodeId;
  pullId: number;
}

/** The simplest node that follows `upstream()`, and keeps to the rules of `pathCheck.ts`. */
export class PullingNode {
  readonly place: Place;
  view: NetworkView;
  watching = false;
  lastPacket = 0;
  via: RegionId | undefined;
  readonly #net: PullingNodes;
  /** The latest pull of each node that has the feed from here. */
  readonly #below = new Map<NodeId, number>();
  #pulls = 0;
  #present: NamedPull | undefined;
  #asked: NamedPull | undefined;
  #way: readonly NodeId[];

  constructor(net: PullingNodes, place: Place, view: NetworkView) {
    this.#net = net;
    this.place = place;
    this.view = view;
    this.#way = this.#isOrigin(net.feed) ? [place.nodeId] : [];
  }

  /** Where it pulls from. */
  get source(): NodeId | undefined {
    return this.#present?.from;
  }

  /** Makes what it pulls be what it should; `waiting` are those whose pull made it look. */
  look(waiting: readonly NodeId[] = []): void {
    const { feed } = this.#net;
    if (this.#isOrigin(feed)) return;
    const isWanted = this.watching || this.#below.size > 0;
    const up = isWanted ? upstream(this.view, this.place, feed, this.via) : undefined;
    this.via = up?.reason.kind === 'border' && up.reason.route.kind === 'detour' ? up.fromRegion : undefined;
    if (!up) this.#loseSource();
    if (this.#asked !== undefined && this.#asked.from !== up?.from) {
      this.#drop(this.#asked);
      this.#asked = undefined;
    }
    if (!up || this.source === up.from || this.#asked !== undefined) return;
    const pullId = ++this.#pulls;
    this.#asked = { from: up.from, pullId };
    const path = [...waiting, this.place.nodeId];
    this.#send(up.from, (node) => node.pulledBy(this.place.nodeId, pullId, path));
  }

  pulledBy(child: NodeId, pullId: number, path: readonly NodeId[]): void {
    const { epoch } = this.#net.feed;
    const source = this.#asked === undefined ? this.#way : [...this.#way, this.#asked.from];
    if (!checkPull({ epoch, path }, { self: this.place.nodeId, epoch, source }).ok) {
      this.#net.refusals++;
      this.#send(child, (node) => node.refused(pullId));
      return;
    }
    this.#below.set(child, pullId);
    if (this.#way.length > 0) this.#tell(child, pullId);
    else this.look(path);
  }

  refused(pullId: number): void {
    if (this.#asked?.pullId === pullId) this.#asked = undefined;
  }

  told(pullId: number, way: readonly NodeId[]): void {
    const ofPresent = this.#present?.pullId === pullId;
    const pull = ofPresent ? this.#present : this.#asked;
    if (pull?.pullId !== pullId) return;
    const { epoch } = this.#net.feed;
    if (!ofPresent) this.#asked = undefined;
    if (!checkSource({ epoch, path: way }, this.place.nodeId, epoch).ok) {
      this.#net.refusals++;
      if (ofPresent) this.#loseSource();
      else this.#drop(pull);
      return;
    }
    if (!ofPresent && this.#present !== undefined) this.#drop(this.#present);
    this.#present = pull;
    this.#way = [...way, this.place.nodeId];
    for (const [child, ofChild] of this.#below) this.#tell(child, ofChild);
  }

  leftBy(child: NodeId, pullId: number): void {
    if (this.#below.get(child) !== pullId) return;
    this.#below.delete(child);
    this.look();
  }

  packet(pullId: number, passed: readonly NodeId[], packet: number): void {
    if (this.#present?.pullId === pullId) this.pass(passed, packet);
  }

  pass(passed: readonly NodeId[], packet: number): void {
    const { nodeId } = this.place;
    if (passed.includes(nodeId)) throw new Error(`a packet went in a loop: ${[...passed, nodeId].join(' ')}`);
    this.lastPacket = packet;
    for (const [child, pullId] of this.#below) {
      this.#send(child, (node) => node.packet(pullId, [...passed, nodeId], packet));
    }
  }

  #isOrigin(feed: CascadeFeed): boolean {
    return this.place.nodeId === feed.originNode;
  }

  #loseSource(): void {
    if (this.#present !== undefined) this.#drop(this.#present);
    this.#present = undefined;
    this.#way = [];
  }

  #drop({ from, pullId }: NamedPull): void {
    this.#send(from, (node) => node.leftBy(this.place.nodeId, pullId));
  }

  #tell(child: NodeId, pullId: number): void {
    const way = this.#way;
    this.#send(child, (node) => node.told(pullId, way));
  }

  #send(to: NodeId, deliver: (node: PullingNode) => void): void {
    this.#net.send(this.place.nodeId, to, deliver);
  }
}
