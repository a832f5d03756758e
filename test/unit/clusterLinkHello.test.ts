import { describe, expect, test } from '@jest/globals';
import type { NodeId } from '../../protocol/network.ts';
import { LinkHello } from '../../server/cluster/linkHello.ts';

const [old, next] = ['the old secret that all the nodes share', 'the new secret that all the nodes share'];
const id = (name: string): NodeId => name as NodeId;
const run = { instance: 'a run of the process', sequence: 3 };
let nowMs = Date.UTC(2030, 0, 1);

function office(self: string, secrets = [old], protocolVersion = 1): LinkHello {
  return new LinkHello({ self: id(self), secrets, protocolVersion, now: () => nowMs });
}

describe('greetings between nodes', () => {
  test('both sides prove who they are, and which run of their process', async () => {
    const [a, b] = [office('a'), office('b')];
    const { token, nonce } = await a.hello(id('b'), run);
    const heard = await b.checkHello(token);
    expect(heard).toMatchObject({ ok: true, greeted: { from: 'a', nonce, ...run } });
    if (!heard.ok) return;
    const welcome = await b.welcome(heard.greeted, { instance: 'another run of a process', sequence: 9 });
    expect(await a.checkWelcome(welcome, id('b'), nonce)).toMatchObject({
      ok: true,
      greeted: { from: 'b', sequence: 9 },
    });
    expect(await a.checkWelcome(welcome, id('b'), 'another nonce')).toMatchObject({ code: 'replayed' });
    expect(await a.checkWelcome(welcome, id('c'), nonce)).toMatchObject({ code: 'wrong-address' });
    expect(await a.checkHello(welcome)).toMatchObject({ code: 'unauthorized' });
    expect(await office('c').checkWelcome(welcome, id('b'), nonce)).toMatchObject({ code: 'wrong-address' });
  });

  test('a hello is good for a minute, and for one use as long as it is good', async () => {
    const b = office('b');
    const { token } = await office('a').hello(id('b'), run);
    nowMs += 64_000;
    expect(await b.checkHello(token)).toMatchObject({ ok: true });
    expect(await b.checkHello(token)).toMatchObject({ code: 'replayed' });
    nowMs += 2000;
    expect(await b.checkHello(token)).toMatchObject({ code: 'expired' });
  });

  test('a node that was started anew takes no hello that may have been used before', async () => {
    const { token } = await office('a').hello(id('b'), run);
    nowMs += 10_000;
    expect(await office('b').checkHello(token)).toMatchObject({ code: 'expired' });
  });

  test('is answered with the secret it came with, so that a new one can be added everywhere first', async () => {
    const a = office('a', [old]);
    const b = office('b', [next, old]);
    const { token, nonce } = await a.hello(id('b'), run);
    const heard = await b.checkHello(token);
    if (!heard.ok) throw new Error(heard.code);
    expect(await a.checkWelcome(await b.welcome(heard.greeted, run), id('b'), nonce)).toMatchObject({
      ok: true,
    });
    const back = await b.hello(id('a'), run);
    expect(await a.checkHello(back.token)).toMatchObject({ code: 'unauthorized' });
  });

  test('another protocol version is told apart from a wrong greeting, and only with the secret', async () => {
    const { token } = await office('a', [old], 2).hello(id('b'), run);
    expect(await office('b').checkHello(token)).toMatchObject({
      code: 'version-mismatch',
      version: 2,
      from: 'a',
    });
    expect(await office('b', [next]).checkHello(token)).toMatchObject({ code: 'unauthorized' });
  });

  test('a short secret is refused at the start', () => {
    expect(() => office('a', [old, 'short'])).toThrow('32 bytes');
    expect(() => office('a', [])).toThrow('32 bytes');
  });
});
