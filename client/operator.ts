import type { NetworkReport, RoomCascadeReport } from '../protocol/cascadeReport.ts';
import type { Refusal } from '../protocol/errors.ts';
import { TributaryError } from './tributaryError.ts';

export type {
  FeedTree,
  LinkReport,
  NetworkReport,
  PipeReport,
  PullReason,
  RoomCascadeReport,
} from '../protocol/cascadeReport.ts';
export type { NodeId, NodeRecord, RegionId } from '../protocol/network.ts';
export { kindOf } from '../protocol/sources.ts';

/** What an operator may ask a server; each rejects with a `TributaryError`. */
export interface OperatorApi {
  network(): Promise<NetworkReport>;
  /** Rejects with `room-not-found` where no node has the room. */
  room(room: string): Promise<RoomCascadeReport>;
  /** Moves a node's people to other nodes, and lets nobody new onto it. */
  drain(nodeId: string): Promise<void>;
  undrain(nodeId: string): Promise<void>;
}

const answerWithinMs = 8000;

/** `server` is an origin such as `https://live.example.com`; empty for the page's own. */
export function operatorApi(server: string, adminToken: string): OperatorApi {
  const ask = async (path: string, method: 'GET' | 'POST' = 'GET'): Promise<unknown> => {
    const answer = await fetch(`${server}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      cache: 'no-store',
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch(() => {
      throw new TributaryError('unreachable');
    });
    const body: unknown = await answer.json().catch(() => undefined);
    if (!answer.ok) throw errorOf(answer, body);
    return body;
  };
  const nodePath = (nodeId: string, what: string): string =>
    `/v1/nodes/${encodeURIComponent(nodeId)}/${what}`;
  return {
    network: async () => (await ask('/v1/network')) as NetworkReport,
    room: async (room) => (await ask(`/v1/rooms/${encodeURIComponent(room)}/cascade`)) as RoomCascadeReport,
    drain: async (nodeId) => {
      await ask(nodePath(nodeId, 'drain'), 'POST');
    },
    undrain: async (nodeId) => {
      await ask(nodePath(nodeId, 'undrain'), 'POST');
    },
  };
}

/** A refusal of ours; what something between us and the server answered is as good as no answer. */
function errorOf(answer: Response, body: unknown): TributaryError {
  const { code, detail } = (body ?? {}) as Partial<Refusal>;
  if (code === undefined) return new TributaryError('unreachable', `HTTP ${answer.status}`);
  const waitSeconds = Number(answer.headers.get('retry-after') ?? '');
  return new TributaryError(code, detail, waitSeconds > 0 ? waitSeconds * 1000 : undefined);
}
