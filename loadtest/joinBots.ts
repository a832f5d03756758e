import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RtpCapabilitiesMessage } from '../protocol/mediaParameters.ts';
import { cameraParameters, microphoneParameters } from '../test/support/rtpParameters.ts';
import { connectSignal, fingerprints } from '../test/support/signalClient.ts';
import type { BareMessageName, BareMessages } from './bareWire.ts';
import type { System } from './systems.ts';

/** A viewer without media: the server makes everything for it, and nothing ever connects to what was made. */
export interface JoinBot {
  /** From asking to join to having the answer. */
  ackMs: number;
  /** From the first packet of the connection to having the answer. */
  totalMs: number;
  leave(): Promise<void>;
}

/** Joins one viewer; rejects where the server refuses or does not answer. */
export function joinBot(system: System, room: string, token: string): Promise<JoinBot> {
  return system.kind === 'tributary' ? joinTributary(system.origin, token) : joinBare(system.origin, room);
}

/** Puts a camera and a microphone into the room that send nothing, so that every join makes two consumers. */
export async function publishSilently(system: System, room: string): Promise<() => Promise<void>> {
  const sources = [
    { source: 'microphone', kind: 'audio', rtpParameters: microphoneParameters(1001) },
    { source: 'camera', kind: 'video', rtpParameters: cameraParameters(2002) },
  ] as const;
  if (system.kind === 'tributary') {
    const [token = ''] = await system.tokens(room, 'host', 1);
    const client = await connectSignal(system.origin);
    expectOk(await client.join(token));
    for (const { source, rtpParameters } of sources)
      expectOk(await client.ask('media.produce', { source, rtpParameters }));
    return async () => client.close();
  }
  const { send } = await askBare(system.origin, 'publish', { room, fingerprints });
  for (const { kind, rtpParameters } of sources) {
    await askBare(system.origin, 'produce', { transportId: send.id, kind, rtpParameters });
  }
  return async () => {
    await askBare(system.origin, 'leave', { transportId: send.id });
  };
}

async function joinTributary(origin: string, token: string): Promise<JoinBot> {
  const startedMs = performance.now();
  const client = await connectSignal(origin);
  const askedMs = performance.now();
  try {
    expectOk(await client.join(token));
  } catch (error) {
    client.close();
    throw error;
  }
  const answeredMs = performance.now();
  return {
    ackMs: answeredMs - askedMs,
    totalMs: answeredMs - startedMs,
    leave: async () => {
      await client.ask('leave', {}).catch(() => undefined);
      client.close();
    },
  };
}

/** The same codecs for every bot, as a browser knows them from its last visit. */
let bareCapabilities: Promise<RtpCapabilitiesMessage> | undefined;

async function joinBare(origin: string, room: string): Promise<JoinBot> {
  bareCapabilities ??= fetch(`${origin}/capabilities`).then(
    (response) => response.json() as Promise<RtpCapabilitiesMessage>,
  );
  const rtpCapabilities = await bareCapabilities;
  const startedMs = performance.now();
  const { recv } = await askBare(origin, 'join', { room, rtpCapabilities, fingerprints });
  const elapsedMs = performance.now() - startedMs;
  return {
    ackMs: elapsedMs,
    totalMs: elapsedMs,
    leave: async () => {
      await askBare(origin, 'leave', { transportId: recv.id });
    },
  };
}

/** One POST on a connection of its own: each viewer is a browser that has not been there before. */
async function askBare<N extends BareMessageName>(
  origin: string,
  name: N,
  ask: BareMessages[N]['ask'],
): Promise<BareMessages[N]['answer']> {
  const body = JSON.stringify(ask);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request(`${origin}/${name}`, { method: 'POST', agent: false, timeout: 5000 }, (response) => {
    if (response.statusCode === 200) text(response).then(resolve, reject);
    else reject(new Error(`the bare server answered ${response.statusCode}`));
  });
  sent.once('error', reject);
  sent.once('timeout', () => sent.destroy(new Error('the bare server did not answer')));
  sent.end(body);
  return JSON.parse(await promise) as BareMessages[N]['answer'];
}

function expectOk(result: { ok: true } | { ok: false; error: { code: string; detail?: string } }): void {
  if (!result.ok) throw new Error(`refused: ${result.error.code} ${result.error.detail ?? ''}`);
}
