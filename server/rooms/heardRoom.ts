import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeRequest, NodeResponse, NodeTell } from '../../protocol/nodeMessages.ts';
import type { RoomEvents } from './anyRoom.ts';
import type { HomeFollower } from './homeFollower.ts';
import { RoomBehind } from './roomBehind.ts';
import { RoomHome } from './roomHome.ts';
import type { RoomReplica } from './roomReplica.ts';
import { WholeText } from './stepLog.ts';
import type { StateAt } from './wholeState.ts';

/** What other nodes ask of a room and tell it, whatever it is here just now. */
export abstract class HeardRoom extends RoomBehind {
  readonly #events: RoomEvents;
  readonly #whole = new WholeText();

  constructor(events: RoomEvents) {
    super();
    this.#events = events;
  }

  protected abstract override get behind(): RoomHome | RoomReplica;
  /** The home that is followed here. */
  protected abstract get follower(): HomeFollower | undefined;
  /** Whether this comes from the home that is followed; a later home than that is followed from now on. */
  protected abstract follows(from: NodeId, epoch: number): boolean;

  /** The room's state as it is known here, and how far that is. */
  get known(): StateAt {
    const { at, state } = this.behind;
    return { at, state };
  }

  attach(from: NodeId, request: NodeRequest<'room.attach'>): Result<NodeResponse<'room.attach'>> {
    return this.#home?.attach(from, request) ?? refuse('home-away');
  }

  command(from: NodeId, request: NodeRequest<'room.command'>): Result<NodeResponse<'room.command'>> {
    return this.#home?.command(from, request) ?? refuse('home-away');
  }

  async answerFind({ id }: NodeRequest<'room.find'>): Promise<Result<NodeResponse<'room.find'>>> {
    const person = await this.behind.personFor(id);
    return done(person === undefined ? {} : { person });
  }

  async answerAudience({ offset, limit }: NodeRequest<'room.audience'>) {
    return done(await this.behind.pageFor(offset, limit));
  }

  /** The state as it is known here, for a node that has none, or that is about to be the home. */
  answerWhole({ at, part }: NodeRequest<'room.whole'>): Result<NodeResponse<'room.whole'>> {
    const { at: here, state } = this.known;
    const { parts, text } = this.#whole.part(here, state, part, at);
    return text === undefined ? refuse('home-away') : done({ ...here, parts, text });
  }

  hearStep(from: NodeId, { epoch, seq, step }: NodeTell<'room.step'>): void {
    if (this.follows(from, epoch)) this.follower?.step(seq, step);
  }

  hearViewers(from: NodeId, { epoch, viewersElsewhere }: NodeTell<'room.viewers'>): void {
    if (!this.follows(from, epoch)) return;
    const { behind } = this;
    if (!(behind instanceof RoomHome)) behind.setViewersElsewhere(viewersElsewhere);
  }

  hearReactions(from: NodeId, { epoch, counts }: NodeTell<'room.reactions'>): void {
    if (this.#home !== undefined) this.#home.reactionsFrom(counts);
    else if (this.follower?.isOf(from, epoch)) this.#events.reactions(counts);
  }

  hearData(from: NodeId, { epoch, message, to }: NodeTell<'room.data'>): void {
    if (this.#home !== undefined) this.#home.dataFrom(from, message, to);
    else if (this.follower?.isOf(from, epoch)) this.#events.data(message, to);
  }

  get #home(): RoomHome | undefined {
    const { behind } = this;
    return behind instanceof RoomHome ? behind : undefined;
  }
}
