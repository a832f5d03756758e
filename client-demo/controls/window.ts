import { say } from '../state/notices.ts';

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
  if (document.pictureInPictureElement !== null) {
    void document.exitPictureInPicture();
    return;
  }
  const shown = [...document.querySelectorAll<HTMLVideoElement>('.tile[data-picture=true] video')];
  const area = (video: HTMLVideoElement) => video.clientWidth * video.clientHeight;
  const [largest] = shown
    .filter((video) => !video.disablePictureInPicture)
    .sort((one, other) => area(other) - area(one));
  if (largest === undefined) return say('There is no picture to take out yet.');
  largest
    .requestPictureInPicture()
    .catch(() => say('This browser does not let the picture out of the page.'));
}
