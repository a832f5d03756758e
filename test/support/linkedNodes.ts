import { Writable } from 'node:stream';
import { pino } from 'pino';
import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeHandlers, NodeRequest, NodeResponse, NodeTell } from '../../protocol/nodeMessages.ts';
import type { LinkEvent } from '../../server/cluster/linkEvents.ts';
import { defaultLinkSettings } from '../../server/cluster/linkSettings.ts';
import type { LinkSettings } from '../../server/cluster/linkSettings.ts';
import { NodeLinks } from '../../server/cluster/nodeLinks.ts';
import type { NodeLinksParts } from '../../server/cluster/nodeLinks.ts';
import { cascadeHandlers } from '../../server/cascadeNetwork.ts';
import { roomHandlers } from '../../server/roomNetwork.ts';

const noRooms = roomHandlers(() => undefined);
const noCascade = cascadeHandlers(() => undefined);
export const clusterSecret = 'one secret that all nodes of the cluster share';
export const id = (name: string): NodeId => name as NodeId;

/** Quick enough for a test to wait for a dead peer, slow enough for a busy machine. */
export const quickSettings: LinkSettings = {
  ...defaultLinkSettings,
  host: '127.0.0.1',
  heartbeatMs: 100,
  deadAfterMs: 600,
  openTimeoutMs: 2000,
  retryFirstMs: 20,
  retryLastMs: 200,
};

export interface LinkedNode {
  readonly nodeId: NodeId;
  readonly links: NodeLinks;
  readonly events: LinkEvent[];
  /** Every line of its log. */
  readonly log: string[];
  /** What was asked of it, in order. */
  readonly asked: NodeRequest<'room.whole'>[];
  readonly viewers: NodeTell<'room.viewers'>[];
  readonly data: NodeTell<'room.data'>[];
  readonly port: number;
  handlers: NodeHandlers;
}

export interface NodeOptions {
  settings?: Partial<LinkSettings>;
  secrets?: string[];
  protocolVersion?: number;
  now?: () => number;
  random?: () => number;
}

/** Several nodes in one process, each with a port of its own; `urls` says where they are, and may be bent by a test. */
export class LinkedNodes {
  readonly urls = new Map<NodeId, string>();
  readonly #nodes: LinkedNode[] = [];

  async start(name: string, options: NodeOptions = {}): Promise<LinkedNode> {
    const log: string[] = [];
    const events: LinkEvent[] = [];
    const asked: NodeRequest<'room.whole'>[] = [];
    const viewers: NodeTell<'room.viewers'>[] = [];
    const data: NodeTell<'room.data'>[] = [];
    const handlers: NodeHandlers = {
      calls: {
        'cascade.report': () => refuse('not-found'),
        'node.drain': () => refuse('not-found'),
        ...noRooms.calls,
        ...noCascade.calls,
        'room.whole': (_context, request) => {
          asked.push(request);
          return answerTo(request, asked.length);
        },
      },
      tells: {
        ...noRooms.tells,
        ...noCascade.tells,
        'room.viewers': (_from, payload) => viewers.push(payload),
        'room.data': (_from, payload) => data.push(payload),
      },
    };
    const settings = { ...quickSettings, ...options.settings };
    const parts: NodeLinksParts = {
      nodeId: id(name),
      secrets: options.secrets ?? [clusterSecret],
      settings,
      handlers,
      log: pino({ level: 'debug' }, lines(log)),
      addressOf: (nodeId) => this.urls.get(nodeId),
      ...(options.protocolVersion !== undefined && { protocolVersion: options.protocolVersion }),
      ...(options.now && { now: options.now }),
      ...(options.random && { random: options.random }),
    };
    const links = new NodeLinks(parts);
    links.watch((event) => events.push(event));
    const port = await links.listen();
    this.urls.set(id(name), `${settings.tls ? 'https' : 'http'}://localhost:${port}`);
    const node = { nodeId: id(name), links, events, log, asked, viewers, data, port, handlers };
    this.#nodes.push(node);
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map(({ links }) => links.close()));
    this.urls.clear();
  }
}

function lines(log: string[]): Writable {
  return new Writable({
    write: (line: Buffer, _encoding, written) => {
      log.push(line.toString());
      written();
    },
  });
}

/** Something to ask that a test can tell from other such by its number. */
export function question(number = 0): NodeRequest<'room.whole'> {
  return { roomId: 'show' as RoomId, part: number };
}

/** The answer to the question of the same number. */
export function answerTo({ part }: NodeRequest<'room.whole'>, count = 1): Result<NodeResponse<'room.whole'>> {
  return done({ epoch: part, seq: 0, parts: 1, text: `answer ${count}` });
}

/** Resolves when it is so; the test's own time limit is the only other end. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function eventsOf(node: LinkedNode, type: LinkEvent['type']): LinkEvent[] {
  return node.events.filter((event) => event.type === type);
}
