import type { ClientMessageInput, ClientReply } from '../../protocol/clientMessages.ts';
import type { Result } from '../../protocol/errors.ts';
import type { Role } from '../../protocol/roles.ts';
import { connectSignal, devToken } from './signalClient.ts';
import type { SignalClient } from './signalClient.ts';

type JoinOptions = Partial<ClientMessageInput<'join'>>;

/** People who come to one server without media, each over a connection of his own. */
export class SignalCrowd {
  readonly #origin: string;
  readonly #clients: SignalClient[] = [];
  #rooms = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The name of a room nobody was in before. */
  newRoom(): string {
    return `room-${(this.#rooms += 1)}`;
  }

  async connect(): Promise<SignalClient> {
    const client = await connectSignal(this.#origin);
    this.#clients.push(client);
    return client;
  }

  token(room: string, identity: string, role: Role): Promise<string> {
    return devToken(this.#origin, room, identity, role);
  }

  /** Comes in, or is refused. */
  async enter(
    room: string,
    identity: string,
    role: Role,
    more: JoinOptions = {},
  ): Promise<{ client: SignalClient; reply: Result<ClientReply<'join'>> }> {
    const client = await this.connect();
    return { client, reply: await client.join(await this.token(room, identity, role), more) };
  }

  /** Comes in; throws where he is refused. */
  async entered(room: string, identity: string, role: Role, more: JoinOptions = {}): Promise<SignalClient> {
    const { client, reply } = await this.enter(room, identity, role, more);
    if (!reply.ok) throw new Error(`${identity} was refused: ${reply.error.code}`);
    return client;
  }

  /** Everybody goes home. */
  close(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }
}
