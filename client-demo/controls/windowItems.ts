import type { MenuItem } from './menu.tsx';
import { canFillScreen, canTakePictureOut, toggleFullScreen, togglePictureInPicture } from './window.ts';

/** Offered only where the browser can do it. */
export function fullScreenItems(): MenuItem[] {
  return canFillScreen()
    ? [{ label: 'Full screen', testId: 'more-full-screen', icon: 'fullScreen', act: toggleFullScreen }]
    : [];
}

/** Offered only where the browser can do it. */
export function pictureInPictureItems(): MenuItem[] {
  return canTakePictureOut()
    ? [{ label: 'Picture in picture', testId: 'more-pip', icon: 'pip', act: togglePictureInPicture }]
    : [];
}
