import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeRequest, NodeResponse, NodeTell } from '../../protocol/nodeMessages.ts';
import { Alarm } from './alarm.ts';
import type { Soon } from './anyRoom.ts';
import type { Actor } from './commands.ts';
import { asSuccessor } from './effectsHere.ts';
import { chooseHome } from './homeChoice.ts';
import type { HomeChoice } from './homeChoice.ts';
import { HomeFollower } from './homeFollower.ts';
import { lineTo } from './homeLine.ts';
import type { RoomParts } from './room.ts';
import { RoomBehind } from './roomBehind.ts';
import { RoomHome } from './roomHome.ts';
import { RoomReplica } from './roomReplica.ts';
import { newRoom } from './roomState.ts';
import type { RoomState } from './roomState.ts';
import type { RoomHomes, RoomPace, RoomWire } from './roomWire.ts';
import { Roster } from './roster.ts';
import { WholeText } from './stepLog.ts';
import type { Position } from './stepLog.ts';
import type { StateAt } from './wholeState.ts';

export interface NodeRoomParts extends Pick<RoomParts, 'id' | 'settings' | 'clock' | 'events'> {
  wire: RoomWire;
  homes: RoomHomes;
  pace: RoomPace;
  /** From 0 to 1; retries of many edges are spread by it. */
  random: () => number;
  onVacated?(): void;
  onClosed?: () => void;
}

/** How often the first to come waits for a home. */
const firstTries = 5;

/** `settling` is an edge that has no home, and looks for one. */
type Part =
  | { role: 'home'; room: RoomHome; epoch: number }
  | { role: 'edge'; room: RoomReplica; home: HomeFollower }
  | { role: 'settling'; room: RoomReplica };

/** A room of this node for as long as the node has it, while its home comes, goes and moves. */
export class NodeRoom extends RoomBehind {
  readonly #parts: NodeRoomParts;
  readonly #roster = new Roster();
  readonly #retry: Alarm;
  readonly #whole = new WholeText();
  #part: Part;
  #settling: Promise<void> | undefined;
  #failures = 0;
  #turn: number;
  #closed = false;

  constructor(parts: NodeRoomParts) {
    super();
    this.#parts = parts;
    // Above every turn of an earlier process under this node's name.
    this.#turn = parts.clock.now() * 1000;
    this.#retry = new Alarm(parts.clock, () => {
      void this.settled();
    });
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
  /** The home as it is known here; undefined while there is none. */
  get home(): { nodeId: NodeId; epoch: number } | undefined {
    const part = this.#part;
    if (part.role === 'settling') return undefined;
    return part.role === 'edge' ? part.home.home : { nodeId: this.#parts.wire.self, epoch: part.epoch };
  }
  /** People at this node who are not on stage. */
  get viewersHere(): number {
    return this.#roster.audienceSize(this.known.state.stage);
  }
  /** The room's state as it is known here, and how far that is. */
  get known(): StateAt {
    const { at, state } = this.#part.room;
    return { at, state };
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
    this.#retry.setTo(undefined);
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

  attach(from: NodeId, request: NodeRequest<'room.attach'>): Result<NodeResponse<'room.attach'>> {
    return this.#part.role === 'home' ? this.#part.room.attach(from, request) : refuse('home-away');
  }

  command(from: NodeId, request: NodeRequest<'room.command'>): Result<NodeResponse<'room.command'>> {
    return this.#part.role === 'home' ? this.#part.room.command(from, request) : refuse('home-away');
  }

  async answerFind({ id }: NodeRequest<'room.find'>): Promise<Result<NodeResponse<'room.find'>>> {
    const person = await this.#part.room.personFor(id);
    return done(person === undefined ? {} : { person });
  }

  async answerAudience({ offset, limit }: NodeRequest<'room.audience'>) {
    return done(await this.#part.room.pageFor(offset, limit));
  }

  /** The state as it is known here, for a node that has none, or that is about to be the home. */
  answerWhole({ at, part }: NodeRequest<'room.whole'>): Result<NodeResponse<'room.whole'>> {
    const { at: here, state } = this.known;
    const { parts, text } = this.#whole.part(here, state, part, at);
    return text === undefined ? refuse('home-away') : done({ ...here, parts, text });
  }

  hearStep(from: NodeId, { epoch, seq, step }: NodeTell<'room.step'>): void {
    if (this.#follows(from, epoch)) this.#follower?.step(seq, step);
  }

  hearViewers(from: NodeId, { epoch, viewersElsewhere }: NodeTell<'room.viewers'>): void {
    if (this.#follows(from, epoch) && this.#part.role === 'edge')
      this.#part.room.setViewersElsewhere(viewersElsewhere);
  }

  hearReactions(from: NodeId, { epoch, counts }: NodeTell<'room.reactions'>): void {
    if (this.#part.role === 'home') this.#part.room.reactionsFrom(counts);
    else if (this.#follower?.isOf(from, epoch)) this.#parts.events.reactions(counts);
  }

  hearData(from: NodeId, { epoch, message, to }: NodeTell<'room.data'>): void {
    if (this.#part.role === 'home') this.#part.room.dataFrom(from, message, to);
    else if (this.#follower?.isOf(from, epoch)) this.#parts.events.data(message, to);
  }

  get #follower(): HomeFollower | undefined {
    return this.#part.role === 'edge' ? this.#part.home : undefined;
  }

  /** Resolves when one try to have a home, here or elsewhere, is over. */
  settled(): Promise<void> {
    if (this.#part.role !== 'settling' || this.#closed) return Promise.resolve();
    this.#retry.setTo(undefined);
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      if (this.#part.role === 'settling') this.#tryAgain();
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
      await this.#pause();
      await this.settled();
    }
    if (this.#closed || !this.#opened) return refuse('home-away', undefined, 1000);
    return this.#part.room.join(actor, start);
  }

  async #settle(): Promise<void> {
    const choice = await chooseHome(this.#parts, this.known);
    if (choice.type === 'unknown') return;
    if (choice.type === 'elsewhere') {
      const follower = this.#part.role === 'settling' ? this.#follow(choice.home) : undefined;
      if (await follower?.attach()) this.#failures = 0;
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
    this.#failures = 0;
    // So that those who followed the last home look here at once.
    for (const nodeId of holders)
      wire.tell(nodeId, 'room.viewers', { roomId: id, epoch, viewersElsewhere: home.viewerCount() });
    if (inherited) home.room.announce([{ type: 'roomChanged' }, { type: 'backstageChanged' }]);
    home.seatOwnPeople();
    room.settleOwed(home);
    if (home.vacant) this.#parts.onVacated?.();
  }

  #follow(home: { nodeId: NodeId; epoch: number }): HomeFollower | undefined {
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
        if (this.#follower !== follower) return;
        follower.close();
        this.#part = { role: 'settling', room: part.room };
        if (this.#settling === undefined) this.#tryAgain();
      },
    });
    this.#part = { role: 'edge', room: part.room, home: follower };
    return follower;
  }

  /** Whether this comes from the home that is followed; a later home than that is followed from now on. */
  #follows(from: NodeId, epoch: number): boolean {
    if (this.#closed) return false;
    const part = this.#part;
    if (part.role === 'home') {
      if (epoch > part.epoch) this.#stepDown();
      return false;
    }
    const known = part.role === 'edge' ? part.home.home.epoch : part.room.at.epoch;
    if (epoch > known || (part.role === 'settling' && epoch === known))
      void this.#follow({ nodeId: from, epoch })?.attach();
    return this.#follower?.isOf(from, epoch) ?? false;
  }

  /** Another node is the home, or may be: nothing is decided here any more. */
  #stepDown(): void {
    if (this.#part.role !== 'home' || this.#closed) return;
    const { at } = this.#part.room;
    const state = this.#part.room.retire();
    this.#part = { role: 'settling', room: this.#replica(state, at) };
    // What comes next has an epoch of its own, also where it is here again.
    void this.#parts.homes.release(this.id);
    this.#tryAgain();
  }

  #pause(): Promise<void> {
    const { clock, pace } = this.#parts;
    return new Promise((resolve) => {
      clock.setTimer(resolve, pace.retryFirstMs * 2);
    });
  }

  #tryAgain(): void {
    if (this.#closed) return;
    const { clock, pace, random } = this.#parts;
    const waitMs = Math.min(pace.retryLastMs, pace.retryFirstMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry.setTo(clock.now() + Math.ceil(waitMs * (0.5 + random() / 2)));
  }

  #replica(state: RoomState, at: Position): RoomReplica {
    return new RoomReplica({
      ...this.#parts,
      self: this.#parts.wire.self,
      state,
      at,
      roster: this.#roster,
      line: lineTo(() => this.#follower),
    });
  }
}
