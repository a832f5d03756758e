import { done, refuse } from '../../../protocol/errors.ts';
import type { HandlersOf } from './handlerTable.ts';

/** What people say to each other beside the media: chat, reactions, data messages, and goodbye. */
export function talkHandlers(): HandlersOf<'chat' | 'react' | 'data' | 'leave'> {
  return {
    'chat.send': async ({ live, actor }, { text }) => {
      const sent = await live.room.run({ type: 'chat', by: actor, text });
      return sent.ok ? done({}) : sent;
    },
    react: ({ live, actor }, { kind }) => {
      if (!actor.rights.includes('react')) return refuse('not-allowed');
      live.room.react(actor.id, kind);
      return done({});
    },
    'data.send': ({ live, actor }, { topic, payload, to }) => {
      if (!actor.rights.includes('data')) return refuse('not-allowed');
      return live.sendData(actor.id, topic, payload, to);
    },
    leave: ({ live, actor }) => {
      live.leave(actor.id);
      return done({});
    },
  };
}
