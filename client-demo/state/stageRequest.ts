import { useEffect, useRef } from 'preact/hooks';
import { say } from './notices.ts';
import type { Session } from './session.ts';

const withdrawn = new WeakSet<Session>();

/** A viewer's wish to be on stage: asked for, taken back. */
export function stageRequest(session: Session) {
  const pending = session.self.value?.request !== undefined;
  const toggle = async () => {
    const room = session.room.peek();
    if (room === null) return;
    if (pending) withdrawn.add(session);
    else withdrawn.delete(session);
    await session.attempt(pending ? room.withdrawRequest() : room.requestStage());
  };
  return { pending, toggle, may: mayAsk(session) };
}

/** Who has a right to the stage asks for a seat at any time; everybody else has somebody to ask once the host is there. */
function mayAsk(session: Session): boolean {
  const rights = session.self.value?.rights ?? [];
  return rights.includes('publish') || (rights.includes('request') && session.view.value?.status === 'live');
}

/** Says how a request went when it did not lead to the stage. */
export function useRequestNews(session: Session): void {
  const pending = session.self.value?.request !== undefined;
  const onStage = session.onStage.value;
  const before = useRef({ pending, onStage });
  useEffect(() => {
    const was = before.current;
    before.current = { pending, onStage };
    if (session.state.peek() !== 'live') return;
    if (was.pending && !pending && !onStage && !withdrawn.has(session))
      say('Not this time. You can ask again later.');
    if (was.onStage && !onStage) say('You are back in the audience.');
    withdrawn.delete(session);
  }, [pending, onStage, session]);
}
