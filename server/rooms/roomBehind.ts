import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { ReactionKind } from '../../protocol/reactions.ts';
import type { BackstageView, ChatMessage, RoomStatus, RoomView, SelfView } from '../../protocol/roomView.ts';
import type { AnyRoom, AudiencePage, DataMessage, Soon } from './anyRoom.ts';
import type { Actor, Command } from './commands.ts';

/** A room that stands in front of another, and passes on what it does not see to itself. */
export abstract class RoomBehind implements AnyRoom {
  protected abstract get behind(): AnyRoom;

  get id(): RoomId {
    return this.behind.id;
  }
  get status(): RoomStatus {
    return this.behind.status;
  }
  get vacant(): boolean {
    return this.behind.vacant;
  }
  view(): RoomView {
    return this.behind.view();
  }
  backstage(): BackstageView {
    return this.behind.backstage();
  }
  self(id: ParticipantId): SelfView | undefined {
    return this.behind.self(id);
  }
  chatHistory(): ChatMessage[] {
    return this.behind.chatHistory();
  }
  viewerCount(): number {
    return this.behind.viewerCount();
  }
  feed(feedId: FeedId): { epoch: number; paused: boolean } | undefined {
    return this.behind.feed(feedId);
  }
  find(id: ParticipantId): Soon<Actor | undefined> {
    return this.behind.find(id);
  }
  audience(offset: number, limit: number): Soon<AudiencePage> {
    return this.behind.audience(offset, limit);
  }
  join(actor: Actor, start?: { microphone: boolean; camera: boolean }): Soon<Result<undefined>> {
    return this.behind.join(actor, start);
  }
  run(command: Command): Soon<Result<undefined>> {
    return this.behind.run(command);
  }
  drop(id: ParticipantId): void {
    this.behind.drop(id);
  }
  depart(id: ParticipantId): void {
    this.behind.depart(id);
  }
  react(id: ParticipantId, kind: ReactionKind): void {
    this.behind.react(id, kind);
  }
  sendData(message: DataMessage, to?: ParticipantId): void {
    this.behind.sendData(message, to);
  }
  close(): void {
    this.behind.close();
  }
}
