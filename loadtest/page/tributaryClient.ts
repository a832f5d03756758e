import { connect, prepare } from '../../client/tributary.ts';
import type { RemoteFeed, TributaryRoom } from '../../client/tributary.ts';
import type { FirstFrame, Target, Watching } from './benchPage.ts';
import { firstFrameShown, show } from './frames.ts';

/** Publishes through the SDK as an app does; resolves with the way to leave. */
export async function publishTributary(target: Target, stream: MediaStream): Promise<() => Promise<void>> {
  const [token = ''] = target.tokens;
  const room = await connect({ url: target.origin, token });
  const [audio] = stream.getAudioTracks();
  const [video] = stream.getVideoTracks();
  await Promise.all([
    audio && room.publishMicrophone({ track: audio }),
    video && room.publishCamera({ track: video }),
  ]);
  return () => room.leave();
}

/** Does beforehand what the SDK lets an app do beforehand. */
export async function prepareTributary(
  target: Target,
  render: boolean,
): Promise<(token: string) => Watching> {
  await prepare(target.origin);
  return (token) => watch(target, token, render);
}

/** Watches through the SDK as an app does. */
function watch(target: Target, token: string, render: boolean): Watching {
  const elements: HTMLVideoElement[] = [];
  const connecting = connect({ url: target.origin, token, dropFrames: !render });
  return {
    firstFrame: connecting.then((room) => (render ? pictureShown(room, elements) : pictureDropped(room))),
    leave: async () => {
      const room = await connecting.catch(() => undefined);
      await room?.leave();
      for (const element of elements) element.remove();
    },
  };
}

function pictureShown(room: TributaryRoom, elements: HTMLVideoElement[]): Promise<FirstFrame> {
  const { promise, resolve } = Promise.withResolvers<FirstFrame>();
  const attach = (feed: RemoteFeed): void => {
    if (feed.kind !== 'video') return;
    const element = show();
    elements.push(element);
    void firstFrameShown(element).then(resolve);
    room.attach(feed.feedId, element);
  };
  for (const feed of room.feeds.values()) attach(feed);
  room.on('feedAdded', attach);
  return promise;
}

function pictureDropped(room: TributaryRoom): Promise<FirstFrame> {
  return new Promise((resolve) => {
    room.on('firstFrame', () => resolve({ atMs: performance.now() }));
  });
}
