import { refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Soon } from './anyRoom.ts';
import type { Actor } from './commands.ts';
import { asSuccessor } from './effectsHere.ts';
import { HeardRoom } from './heardRoom.ts';
import { chooseHome } from './homeChoice.ts';
import type { HomeChoice } from './homeChoice.ts';
import { HomeFollower } from './homeFollower.ts';
import { lineTo } from './homeLine.ts';
import type { RoomParts } from './room.ts';
import { Retries } from './retries.ts';
import { RoomHome } from './roomHome.ts';
import { RoomReplica } from './roomReplica.ts';
import { newRoom } from './roomState.ts';
import type { RoomState } from './roomState.ts';
import type { RoomHomes, RoomPace, RoomWire } from './roomWire.ts';
import { Roster } from './roster.ts';
import type { Position } from './stepLog.ts';

export interface NodeRoomParts extends Pick<RoomParts, 'id' | 'settings' | 'clock' | 'events'> {
  wire: RoomWire;
  homes: RoomHomes;
  pace: RoomPace;
  /** From 0 to 1; retries of many edges are spread by it. */
  random: () => number;
  onVacated?(): void;
  /** The first person came to this node, or the last one left it. */
  onOccupied?: () => void;
  onClosed?: () => void;
}

/** How often the first to come waits for a home. */
const firstTries = 5;

interface HomeAt {
  nodeId: NodeId;
  epoch: number;
}

/** `settling` is an edge that has no home, and looks for one. */
type Part =
  | { role: 'home'; room: RoomHome; epoch: number }
  | { role: 'edge'; room: RoomReplica; home: HomeFollower }
  | { role: 'settling'; room: RoomReplica };

/** A room of this node for as long as the node has it, while its home comes, goes and moves. */
export class NodeRoom extends HeardRoom {
  readonly #parts: NodeRoomParts;
  readonly #roster: Roster;
  readonly #search: Retries;
  #part: Part;
  #settling: Promise<void> | undefined;
  /** The home that was followed last. */
  #lastHome: HomeAt | undefined;
  #turn: number;
  #closed = false;

  constructor(parts: NodeRoomParts) {
    super(parts.events);
    this.#parts = parts;
    this.#roster = new Roster(parts.onOccupied);
    // Above every turn of an earlier process under this node's name.
    this.#turn = parts.clock.now() * 1000;
    this.#search = new Retries(parts, () => void this.settled());
    this.#part = {
      role: 'settling',
      room: this.#replica(newRoom(parts.id, parts.settings), { epoch: 0, seq: 0 }),
    };
    void parts.homes.present(parts.id);
    void this.settled();
  }

  protected get behind(): RoomHome | RoomReplica {
    return this.#part.room;
  }
  get role(): Part['role'] {
    return this.#part.role;
  }
  protected get follower(): HomeFollower | undefined {
    return this.#part.role === 'edge' ? this.#part.home : undefined;
  }
  /** The home as it is known here; undefined while there is none. */
  get home(): HomeAt | undefined {
    const part = this.#part;
    if (part.role === 'settling') return undefined;
    return part.role === 'edge' ? part.home.home : { nodeId: this.#parts.wire.self, epoch: part.epoch };
  }
  /** People at this node who are not on stage. */
  get viewersHere(): number {
    return this.#roster.audienceSize(this.known.state.stage);
  }
  /** Somebody is at this node. */
  get occupied(): boolean {
    return this.#roster.size > 0;
  }
  get #opened(): boolean {
    return this.#part.room.at.epoch > 0;
  }
  /** Somebody is lost when this node ends: people here, or a seat that no other node would keep. */
  get needed(): boolean {
    return this.#roster.size > 0 || (this.#part.role === 'home' && this.#part.room.alone && !this.vacant);
  }

  /** Local where the room's state is here; only the first of a node waits until it is. */
  override join(actor: Actor, start?: { microphone: boolean; camera: boolean }): Soon<Result<undefined>> {
    return this.#opened ? this.#part.room.join(actor, start) : this.#joinFirst(actor, start);
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const part = this.#part;
    this.#search.stop();
    if (part.role === 'edge') part.home.close();
    part.room.close();
    const { homes, id, onClosed } = this.#parts;
    void homes.absent(id);
    if (part.role === 'home') void homes.release(id);
    onClosed?.();
  }

  /** The cluster says that this node's home of that epoch is lost. */
  lost(epoch: number): void {
    if (this.#part.role === 'home' && this.#part.epoch === epoch) this.#stepDown();
  }

  /** There is no way to this node just now: an edge looks for its home at once, wherever it may be by now. */
  peerLost(nodeId: NodeId): void {
    if (this.#part.role === 'home') this.#part.room.peerLost(nodeId);
    else if (this.follower?.home.nodeId === nodeId) this.#loseHome(this.follower);
  }

  /** Resolves when one try to have a home, here or elsewhere, is over. */
  settled(): Promise<void> {
    if (this.#part.role !== 'settling' || this.#closed) return Promise.resolve();
    this.#search.wait();
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      if (this.#part.role === 'settling') this.#search.again();
    });
    return this.#settling;
  }

  async #joinFirst(
    actor: Actor,
    start: { microphone: boolean; camera: boolean } | undefined,
  ): Promise<Result<undefined>> {
    // Another node may be about to be the home, and not be it yet.
    await this.settled();
    for (let tries = 1; tries < firstTries && !this.#opened; tries += 1) {
      await this.#search.pause();
      await this.settled();
    }
    if (this.#closed || !this.#opened) return refuse('home-away', undefined, 1000);
    return this.#part.room.join(actor, start);
  }

  async #settle(): Promise<void> {
    const choice = await chooseHome(this.#parts, this.known);
    if (choice.type !== 'here') {
      // Where the store is away, the home that there was may be there as before.
      const home = choice.type === 'elsewhere' ? choice.home : this.#lastHome;
      const follower = this.#part.role === 'settling' && home ? this.#follow(home) : undefined;
      if (await follower?.attach()) this.#search.succeeded();
      return;
    }
    // Closed meanwhile, or a later home was heard of.
    const late = this.#part.role !== 'settling' || choice.latest.at.epoch >= choice.epoch || this.#closed;
    if (late) void this.#parts.homes.release(this.id);
    else this.#beHome(choice);
  }

  #beHome({ epoch, latest: gathered, holders }: HomeChoice & { type: 'here' }): void {
    if (this.#part.role !== 'settling') return;
    const { wire, id } = this.#parts;
    const { room } = this.#part;
    room.install(gathered.at, gathered.state);
    room.retire();
    const latest = this.known;
    const inherited = latest.at.epoch > 0;
    const home = new RoomHome({
      ...this.#parts,
      epoch,
      roster: this.#roster,
      state: inherited ? asSuccessor(latest.state) : latest.state,
      sure: () => this.#parts.homes.sure(),
      onFenced: () => {
        this.#stepDown();
      },
      onClosed: () => undefined,
    });
    this.#part = { role: 'home', room: home, epoch };
    this.#search.succeeded();
    // So that those who followed the last home look here at once.
    for (const nodeId of holders)
      wire.tell(nodeId, 'room.viewers', { roomId: id, epoch, viewersElsewhere: home.viewerCount() });
    if (inherited) home.room.announce([{ type: 'roomChanged' }, { type: 'backstageChanged' }]);
    home.seatOwnPeople();
    room.settleOwed(home);
    if (home.vacant) this.#parts.onVacated?.();
  }

  #follow(home: HomeAt): HomeFollower | undefined {
    const part = this.#part;
    if (part.role === 'home' || home.epoch < part.room.at.epoch || home.nodeId === this.#parts.wire.self)
      return;
    if (part.role === 'edge') part.home.close();
    const follower: HomeFollower = new HomeFollower({
      ...this.#parts,
      home,
      replica: part.room,
      nextTurn: () => (this.#turn += 1),
      onLost: () => {
        this.#loseHome(follower);
      },
    });
    this.#part = { role: 'edge', room: part.room, home: follower };
    this.#lastHome = home;
    return follower;
  }

  #loseHome(follower: HomeFollower): void {
    if (this.#part.role !== 'edge' || this.#part.home !== follower) return;
    follower.close();
    this.#part = { role: 'settling', room: this.#part.room };
    if (this.#settling === undefined) this.#search.again();
  }

  protected follows(from: NodeId, epoch: number): boolean {
    if (this.#closed) return false;
    const part = this.#part;
    if (part.role === 'home') {
      if (epoch > part.epoch) this.#stepDown();
      return false;
    }
    const known = part.role === 'edge' ? part.home.home.epoch : part.room.at.epoch;
    if (epoch > known || (part.role === 'settling' && epoch === known))
      void this.#follow({ nodeId: from, epoch })?.attach();
    return this.follower?.isOf(from, epoch) ?? false;
  }

  /** Another node is the home, or may be: nothing is decided here any more. */
  #stepDown(): void {
    if (this.#part.role !== 'home' || this.#closed) return;
    const { at } = this.#part.room;
    const state = this.#part.room.retire();
    this.#part = { role: 'settling', room: this.#replica(state, at) };
    // What comes next has an epoch of its own, also where it is here again.
    void this.#parts.homes.release(this.id);
    this.#search.again();
  }

  #replica(state: RoomState, at: Position): RoomReplica {
    const { self: nodeId, region } = this.#parts.wire;
    return new RoomReplica({
      ...this.#parts,
      place: { nodeId, region },
      state,
      at,
      roster: this.#roster,
      line: lineTo(() => this.follower),
    });
  }
}
