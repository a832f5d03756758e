import { givenToken } from './accessToken.ts';
import { ownName } from './remembered.ts';
import type { Session } from './session.ts';

/**
 * Whether others see a made-up name that its owner can still change. A token carries its own name; and on stage a name
 * stays as it is, since a new one means to join anew.
 */
export function isNameless(session: Session): boolean {
  return ownName.peek().trim() === '' && givenToken() === undefined && !session.onStage.peek();
}
