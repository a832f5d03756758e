import { Writable } from 'node:stream';
import { pino } from 'pino';
import { done, refuse } from '../../protocol/errors.ts';
import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeHandlers, NodeRequest, NodeTell } from '../../protocol/nodeMessages.ts';
import type { LinkEvent } from '../../server/cluster/linkEvents.ts';
import { defaultLinkSettings } from '../../server/cluster/linkSettings.ts';
import type { LinkSettings } from '../../server/cluster/linkSettings.ts';
import { NodeLinks } from '../../server/cluster/nodeLinks.ts';
import type { NodeLinksParts } from '../../server/cluster/nodeLinks.ts';
import { roomHandlers } from '../../server/roomNetwork.ts';

const noRooms = roomHandlers(() => undefined);
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
  readonly pulls: NodeRequest<'feed.pull'>[];
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
    const pulls: NodeRequest<'feed.pull'>[] = [];
    const viewers: NodeTell<'room.viewers'>[] = [];
    const data: NodeTell<'room.data'>[] = [];
    const handlers: NodeHandlers = {
      calls: {
        'feed.pull': (_context, request) => {
          pulls.push(request);
          return done({ epoch: request.epoch, pipe: { count: pulls.length } });
        },
        'feed.drop': () => done({}),
        'cascade.report': () => refuse('not-found'),
        ...noRooms.calls,
      },
      tells: {
        ...noRooms.tells,
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
    const node = { nodeId: id(name), links, events, log, pulls, viewers, data, port, handlers };
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

/** A pull that a test can tell from others by its epoch. */
export function pull(epoch = 0, pipe: Record<string, unknown> = {}): NodeRequest<'feed.pull'> {
  return { roomId: 'show' as RoomId, feedId: 'hanna:camera' as FeedId, epoch, path: [id('a')], pipe };
}

/** Resolves when it is so; the test's own time limit is the only other end. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function eventsOf(node: LinkedNode, type: LinkEvent['type']): LinkEvent[] {
  return node.events.filter((event) => event.type === type);
}
