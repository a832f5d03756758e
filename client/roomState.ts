import type { JoinReply } from '../protocol/clientMessages.ts';
import type { ParticipantId } from '../protocol/identity.ts';
import type { BackstageView, ChatMessage, MediaIntent, RoomView, SelfView } from '../protocol/roomView.ts';
import { ParticipantQualities } from './participantQualities.ts';

/** Messages kept for a page that opens its chat late. */
const chatKept = 200;

/** The room as the server told it last. */
export class RoomState {
  view: RoomView;
  self: SelfView;
  backstage: BackstageView | undefined;
  viewerCount: number;
  speaker: ParticipantId | null;
  chat: readonly ChatMessage[];
  readonly qualities: ParticipantQualities;

  constructor(reply: JoinReply) {
    this.view = reply.room;
    this.self = reply.self;
    this.backstage = reply.backstage;
    this.viewerCount = reply.viewerCount;
    this.speaker = reply.speaker as ParticipantId | null;
    this.chat = reply.chat;
    this.qualities = new ParticipantQualities(reply.quality);
  }

  /** Our own microphone and camera; undefined without a seat. */
  get intent(): MediaIntent | undefined {
    return this.view.stage.find(({ id }) => id === this.self.id)?.intent;
  }

  /** The answer to a return counts whatever its versions. The chat that was missed meanwhile is the answer. */
  returned(reply: JoinReply): ChatMessage[] {
    this.view = reply.room;
    this.self = reply.self;
    this.backstage = reply.backstage;
    this.viewerCount = reply.viewerCount;
    this.speaker = reply.speaker as ParticipantId | null;
    return reply.chat.filter((message) => this.said(message));
  }

  /** False when this view is older than the one we have. */
  changed(view: RoomView): boolean {
    if (view.version < this.view.version) return false;
    this.view = view;
    return true;
  }

  backstageChanged(view: BackstageView): boolean {
    if (this.backstage !== undefined && view.version < this.backstage.version) return false;
    this.backstage = view;
    return true;
  }

  /** False when this message is known. */
  said(message: ChatMessage): boolean {
    if (this.chat.some(({ id, sentAtMs }) => id === message.id && sentAtMs === message.sentAtMs))
      return false;
    this.chat = [...this.chat, message].slice(-chatKept);
    return true;
  }
}
