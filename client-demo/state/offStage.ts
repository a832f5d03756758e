import type { RoomView, SelfView } from '../../client/tributary.ts';

/** What somebody whose workplace is the stage is told while he has no seat on it; empty while he has one. */
export function offStageWords(view: RoomView, self: SelfView): string {
  if (self.onStage) return '';
  if (!self.rights.includes('publish')) return 'You watch from here: your link gives no place on stage.';
  const full = view.stage.filter(({ role }) => role !== 'host').length >= view.seats - 1;
  if (self.request !== undefined)
    return full
      ? 'You asked to join. Every seat is taken; the host can let you in when one is free.'
      : 'You asked to join. You watch until the host lets you in.';
  return full
    ? 'Every seat on stage is taken, so you watch for now. Ask to join, and the host can let you in when one is free.'
    : 'You are not on stage: your camera and microphone are off. Ask to join when you want to come on.';
}
