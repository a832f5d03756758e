import type { types } from 'mediasoup';
import type { ConsumerInfo } from '../../protocol/serverMessages.ts';
import type { NodeCluster } from './nodeCluster.ts';
import type { ClusterNode } from './nodeCluster.ts';
import { cameraParameters, microphoneParameters } from './rtpParameters.ts';
import { RtpSink } from './rtpSource.ts';
import { SignalCrowd } from './signalCrowd.ts';
import type { SignalClient } from './signalClient.ts';
import { until } from './mediaRoom.ts';

/** Somebody in the room, and what his page would show. */
export interface ShowPerson {
  client: SignalClient;
  /** What he receives now. */
  consumers: Map<string, ConsumerInfo>;
}

let rooms = 0;

/** A room at several nodes with real workers; media is made where it is published, and looked at where it arrives. */
export class CascadeShow {
  readonly cluster: NodeCluster;
  readonly room = `show-${(rooms += 1)}`;
  readonly #crowds = new Map<ClusterNode, SignalCrowd>();
  readonly #people: ShowPerson[] = [];

  constructor(cluster: NodeCluster) {
    this.cluster = cluster;
  }

  async enter(
    node: ClusterNode,
    name: string,
    role: 'host' | 'cohost' | 'viewer' = 'viewer',
  ): Promise<ShowPerson> {
    const crowd = this.#crowds.get(node) ?? new SignalCrowd(node.origin);
    this.#crowds.set(node, crowd);
    const consumers = new Map<string, ConsumerInfo>();
    const { client, reply } = await crowd.enter(this.room, name, role);
    if (!reply.ok) throw new Error(`${name} was refused: ${reply.error.code}`);
    for (const one of reply.value.media.consumers) consumers.set(one.consumerId, one);
    client.socket.on('consumers', ({ added }) => {
      for (const one of added) consumers.set(one.consumerId, one);
    });
    client.socket.on('consumersClosed', ({ consumerIds }) => {
      for (const id of consumerIds) consumers.delete(id);
    });
    const person = { client, consumers };
    this.#people.push(person);
    return person;
  }

  /** Goes live with a camera, or a microphone. */
  async publish({ client }: ShowPerson, source: 'camera' | 'microphone' = 'camera'): Promise<void> {
    const rtpParameters = source === 'camera' ? cameraParameters(4000) : microphoneParameters(5000);
    const produced = await client.ask('media.produce', { source, rtpParameters });
    if (!produced.ok) throw new Error(`not published: ${produced.error.code}`);
  }

  /** Everybody leaves, and is waited for no more. */
  async close(): Promise<void> {
    const here = this.#people.filter(({ client }) => client.socket.connected);
    await Promise.all(here.map(({ client }) => client.ask('leave', {})));
    for (const crowd of this.#crowds.values()) crowd.close();
  }
}

/** Open ends of pipes from other nodes here, and of pipes to others. */
export function pipesAt({ view }: ClusterNode): { in: number; out: number } {
  const open = view.pipeEnds.filter(({ closed }) => !closed);
  const incoming = view.imported.filter(({ closed }) => !closed).length;
  return { in: incoming, out: open.length - incoming };
}

/** Looks at what comes to this node by its latest pipe. */
export async function watch(
  node: ClusterNode,
  producer: types.Producer = lastImported(node),
): Promise<RtpSink> {
  for (const router of node.view.routers) {
    if (
      router.closed ||
      !router.canConsume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities })
    )
      continue;
    const sink = await RtpSink.open(router, producer);
    await until('the feed flows', () => sink.packets > 10);
    return sink;
  }
  throw new Error('the feed is on no router');
}

function lastImported({ view }: ClusterNode): types.Producer {
  const producer = view.imported.filter(({ closed }) => !closed).at(-1);
  if (!producer) throw new Error('nothing comes from another node');
  return producer;
}
