import type { ParticipantId } from '../protocol/identity.ts';
import type { ReactionKind } from '../protocol/reactions.ts';
import type { AudienceEntry } from '../protocol/roomView.ts';
import type { Ask } from './signalConnection.ts';

/** Reactions under way at a time, and for how long each counts: five a second, as many as the server takes. */
const reactionsAtATime = 10;
const reactionPauseMs = 2000;

/** The requests of a room that are one message each; what they change comes back as events. */
export abstract class RoomRequests {
  protected abstract readonly ask: Ask;
  #reactions = 0;

  async requestStage(): Promise<void> {
    await this.ask('stage.request', {});
  }
  async withdrawRequest(): Promise<void> {
    await this.ask('stage.withdraw', {});
  }
  async acceptRequest(id: ParticipantId): Promise<void> {
    await this.ask('stage.accept', { participantId: id });
  }
  async refuseRequest(id: ParticipantId): Promise<void> {
    await this.ask('stage.refuse', { participantId: id });
  }
  async invite(id: ParticipantId): Promise<void> {
    await this.ask('stage.invite', { participantId: id });
  }
  async uninvite(id: ParticipantId): Promise<void> {
    await this.ask('stage.uninvite', { participantId: id });
  }
  async acceptInvitation(): Promise<void> {
    await this.ask('stage.acceptInvitation', {});
  }
  async declineInvitation(): Promise<void> {
    await this.ask('stage.declineInvitation', {});
  }
  async leaveStage(): Promise<void> {
    await this.ask('stage.leave', {});
  }
  async removeFromStage(id: ParticipantId): Promise<void> {
    await this.ask('stage.remove', { participantId: id });
  }

  async mute(id: ParticipantId, source: 'microphone' | 'camera'): Promise<void> {
    await this.ask('moderate.mute', { participantId: id, source });
  }
  async allow(id: ParticipantId, source: 'microphone' | 'camera', allowed: boolean): Promise<void> {
    await this.ask('moderate.allow', { participantId: id, source, allowed });
  }
  async kick(id: ParticipantId): Promise<void> {
    await this.ask('moderate.kick', { participantId: id });
  }
  async ban(id: ParticipantId): Promise<void> {
    await this.ask('moderate.ban', { participantId: id });
  }
  async unban(id: ParticipantId): Promise<void> {
    await this.ask('moderate.unban', { participantId: id });
  }
  async audience(offset: number, limit: number): Promise<{ total: number; entries: AudienceEntry[] }> {
    return this.ask('audience.list', { offset, limit });
  }

  async sendChat(text: string): Promise<void> {
    await this.ask('chat.send', { text });
  }
  /** A key held down would use up what the server takes of us: what is too much is dropped without a word. */
  async react(kind: ReactionKind): Promise<void> {
    if (this.#reactions >= reactionsAtATime) return;
    this.#reactions++;
    try {
      await this.ask('react', { kind });
    } finally {
      setTimeout(() => this.#reactions--, reactionPauseMs);
    }
  }
  async sendData(topic: string, payload: string, to?: ParticipantId): Promise<void> {
    await this.ask('data.send', { topic, payload, ...(to !== undefined && { to }) });
  }
  async end(): Promise<void> {
    await this.ask('room.end', {});
  }
}
