import { refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { AnyRoom, Soon } from '../rooms/anyRoom.ts';

/** Most homes are followed by the next one in a second or two; who was refused would come again only later. */
const forMs = 2000;
const everyMs = 100;

/**
 * Lets somebody into a room, at once where that can be said at once. Who comes while its home is lost waits for the next
 * one, as long as he `isThere`.
 */
export function joinWithHome(
  room: AnyRoom,
  [actor, start]: Parameters<AnyRoom['join']>,
  isThere: () => boolean,
): Soon<Result<undefined>> {
  const untilMs = performance.now() + forMs;
  const again = async (): Promise<Result<undefined>> => {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    return isThere() ? after(await room.join(actor, start)) : refuse('not-joined');
  };
  const after = (joined: Result<undefined>): Soon<Result<undefined>> =>
    joined.ok || joined.error.code !== 'home-away' || performance.now() > untilMs ? joined : again();
  const joining = room.join(actor, start);
  return joining instanceof Promise ? joining.then(after) : after(joining);
}
