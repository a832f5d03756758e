import type { FastifyInstance } from 'fastify';
import type { NetworkReport, RoomCascadeReport } from '../../protocol/cascadeReport.ts';
import type { Result } from '../../protocol/errors.ts';
import { refuse } from '../../protocol/errors.ts';
import { roomIdSchema } from '../../protocol/identity.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { Guard } from './bearerGuard.ts';
import { refuseOtherMethods } from './httpServer.ts';
import type { SendProblem } from './problem.ts';

/** What an operator may read of the network. */
export interface NetworkReader {
  network(): Promise<NetworkReport>;
  room(roomId: RoomId): Promise<Result<RoomCascadeReport>>;
}

/** The addresses where an operator reads how the network is; `guards` stand before each. */
export function addNetworkRoutes(
  app: FastifyInstance,
  sendProblem: SendProblem,
  guards: Guard[],
  reader: NetworkReader,
): void {
  const networkUrl = '/v1/network';
  app.get(networkUrl, { onRequest: guards }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(await reader.network()),
  );
  refuseOtherMethods(app, sendProblem, networkUrl, ['GET']);

  const roomUrl = '/v1/rooms/:room/cascade';
  app.get<{ Params: { room: string } }>(roomUrl, { onRequest: guards }, async (request, reply) => {
    const room = roomIdSchema.safeParse(request.params.room);
    if (!room.success) return sendProblem(reply, refuse('bad-message', 'room: not a room name'));
    const report = await reader.room(room.data);
    if (!report.ok) return sendProblem(reply, report);
    return reply.header('cache-control', 'no-store').send(report.value);
  });
  refuseOtherMethods(app, sendProblem, roomUrl, ['GET']);
}
