import type { FeedId } from '../../protocol/identity.ts';
import { TestRoom, ann, bob, until, valueOf } from '../../test/support/mediaRoom.ts';
import { pipe } from '../../test/support/nodePipe.ts';
import { cameraParameters } from '../../test/support/rtpParameters.ts';
import { sendTo } from './hopNode.ts';
import type { HopNode } from './hopNode.ts';

/** What `hopPackets.ts` sends of a feed, and where to. */
export interface HopStream {
  port: number;
  ssrc: number;
  payloadType: number;
}

let feeds = 0;

/**
 * Publishes a camera of one layer at `origin`, brings it to `edge` by a pipe as nodes make it, and sends it from either on
 * to UDP ports here: a list may hold a port several times, as for several viewers.
 */
export async function openHopFeed(
  origin: HopNode,
  edge: HopNode,
  ports: { origin: readonly number[]; edge: readonly number[] },
): Promise<HopStream> {
  const name = `hop-${(feeds += 1)}`;
  const [near, far] = [new TestRoom(origin.media, name), new TestRoom(edge.media, name)];
  const ssrc = 10_000 + 2 * feeds;
  const camera = cameraParameters(ssrc);
  const rtpParameters = { ...camera, encodings: [{ ssrc, rtx: { ssrc: ssrc + 1 } }] };
  valueOf(await near.join(ann, { send: true }));
  const feedId = 'ann:camera' as FeedId;
  const feed = { participantId: ann, feedId, epoch: 1, source: 'camera', paused: false } as const;
  valueOf(await near.room.produce({ ...feed, rtpParameters }));
  const published = origin.latest;
  // Nothing crosses a pipe that nobody behind it shows.
  valueOf(await far.join(bob));
  await pipe(near, far);
  await until('the feed is shown', () => far.added(bob).length > 0);
  for (const port of ports.origin) await sendTo(port, published);
  for (const port of ports.edge) await sendTo(port, edge.latest);
  return { port: origin.latestInletPort, ssrc, payloadType: camera.codecs[0]!.payloadType };
}
