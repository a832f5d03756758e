import type { ClientMessage, ClientMessageName, ClientReply } from '../../../protocol/clientMessages.ts';
import type { Result } from '../../../protocol/errors.ts';
import type { Connection, Session } from '../connection.ts';

/** What a handler may use: who asks, in which room, over which connection. */
export interface HandlerContext extends Session {
  connection: Connection;
}

/** Answers one message of a joined connection. Refusals are values; a throw is a bug and is answered `internal`. */
export type Handler<N extends ClientMessageName> = (
  context: HandlerContext,
  message: ClientMessage<N>,
) => Result<ClientReply<N>> | Promise<Result<ClientReply<N>>>;

/** All messages but `join`, which comes before there is a session. */
export type SessionMessageName = Exclude<ClientMessageName, 'join'>;
export type HandlerTable = { [N in SessionMessageName]: Handler<N> };

/** The part of the table whose names begin with one of these words. */
export type HandlersOf<Family extends string> = {
  [N in SessionMessageName as N extends Family | `${Family}.${string}` ? N : never]: Handler<N>;
};
