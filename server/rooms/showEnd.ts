import type { Actor } from './commands.ts';
import type { RoomState, Step } from './roomState.ts';

/** Ends the show for everybody. */
export function end(state: RoomState, by: Actor, nowMs: number): Step {
  return by.rights.includes('end') ? endShow(state, nowMs) : 'not-allowed';
}

/** The stage is cleared and nothing waits any more; what is left refuses everybody but the host of the next show. */
export function endShow(state: RoomState, nowMs: number): Step {
  const durationMs = state.startedAtMs === undefined ? 0 : nowMs - state.startedAtMs;
  return {
    state: {
      ...state,
      status: 'ended',
      stage: emptied(state.stage),
      requests: emptied(state.requests),
      invitations: emptied(state.invitations),
    },
    effects: [{ type: 'ended', durationMs }],
  };
}

/** A list that was empty stays the same list, and so counts as unchanged. */
function emptied<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? list : [];
}
