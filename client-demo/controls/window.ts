import { say } from '../state/notices.ts';

/** Whether this browser lets a page fill the screen; an iPhone does not. */
export function canFillScreen(): boolean {
  return document.fullscreenEnabled && 'requestFullscreen' in document.documentElement;
}

/** Whether this browser lets a page put a picture into a window of its own; Firefox does that by itself alone. */
export function canTakePictureOut(): boolean {
  return 'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;
}

/** Fills the screen with the page, or gives it back. */
export function toggleFullScreen(): void {
  const change =
    document.fullscreenElement === null
      ? document.documentElement.requestFullscreen()
      : document.exitFullscreen();
  change.catch(() => say('This browser does not let the page fill the screen.'));
}

/** Puts the largest picture of the stage into a window of its own, or takes it back. */
export function togglePictureInPicture(): void {
  const shown = [...document.querySelectorAll<HTMLVideoElement>('.tile[data-picture=true] video')];
  const area = (video: HTMLVideoElement) => video.clientWidth * video.clientHeight;
  const [largest] = shown
    .filter((video) => !video.disablePictureInPicture)
    .sort((one, other) => area(other) - area(one));
  const isOut = document.pictureInPictureElement !== null;
  if (!isOut && largest === undefined) return say('There is no picture to take out yet.');
  const change: Promise<unknown> | undefined = isOut
    ? document.exitPictureInPicture()
    : largest?.requestPictureInPicture();
  change?.catch(() => say('This browser does not let the picture out of the page.'));
}
