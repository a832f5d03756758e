import type { Server } from 'socket.io';
import type { ClientToServerEvents } from '../../protocol/clientMessages.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type {
  ParticipantQuality,
  ServerMessages,
  ServerToClientEvents,
} from '../../protocol/serverMessages.ts';
import type { AnyRoom } from '../rooms/anyRoom.ts';
import type { Connection } from './connection.ts';
import { ViewPace } from './viewPace.ts';

export type SocketServer = Server<ClientToServerEvents, ServerToClientEvents>;

/** What everybody in a room hears, and what of it somebody who comes later has to be told. */
export class RoomChannel {
  readonly #io: SocketServer;
  readonly #room: AnyRoom;
  readonly #backstageName: string;
  readonly #roomPace: ViewPace;
  readonly #backstagePace: ViewPace;
  #speaker: ParticipantId | null = null;
  /** Publishers whose media does not arrive well. */
  readonly #quality = new Map<ParticipantId, ParticipantQuality['level']>();

  constructor(io: SocketServer, room: AnyRoom) {
    this.#io = io;
    this.#room = room;
    this.#backstageName = `${room.id}/backstage`; // `/` is in no room's name
    this.#roomPace = new ViewPace(() => {
      this.#everybody.emit('room', room.view());
    });
    this.#backstagePace = new ViewPace(() => {
      io.to(this.#backstageName).emit('backstage', room.backstage());
    });
  }

  /** Who speaks loudest now, and whose connection is not good. */
  get heard(): { speaker: ParticipantId | null; quality: ParticipantQuality[] } {
    const quality = [...this.#quality].map(([participantId, level]) => ({ participantId, level }));
    return { speaker: this.#speaker, quality };
  }

  async enter({ socket }: Connection, moderates: boolean): Promise<void> {
    await socket.join(this.#room.id);
    if (moderates) await socket.join(this.#backstageName);
    else await socket.leave(this.#backstageName);
  }

  leave({ socket }: Connection): void {
    void socket.leave(this.#room.id);
    void socket.leave(this.#backstageName);
  }

  roomChanged(): void {
    this.#roomPace.changed();
  }

  backstageChanged(): void {
    this.#backstagePace.changed();
  }

  chat(message: ServerMessages['chat']): void {
    this.#everybody.emit('chat', message);
  }

  reactions(counts: ServerMessages['reactions']): void {
    this.#everybody.volatile.emit('reactions', counts);
  }

  viewersChanged(count: number): void {
    this.#everybody.emit('viewers', { count });
  }

  data(message: ServerMessages['data']): void {
    this.#everybody.emit('data', message);
  }

  speaker(participantId: ParticipantId | null): void {
    this.#speaker = participantId;
    this.#everybody.emit('speaker', { participantId });
  }

  quality(participantId: ParticipantId, level: ParticipantQuality['level']): void {
    if (level === 'good') this.#quality.delete(participantId);
    else this.#quality.set(participantId, level);
    this.#everybody.emit('quality', { participantId, level });
  }

  /** The media of a show is gone, and what was heard of it. */
  forgetMedia(): void {
    this.#speaker = null;
    this.#quality.clear();
  }

  /** Nobody is here to be shown anything. */
  stopViews(): void {
    this.#roomPace.stop();
    this.#backstagePace.stop();
  }

  get #everybody(): ReturnType<SocketServer['to']> {
    return this.#io.to(this.#room.id);
  }
}
