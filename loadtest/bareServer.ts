import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { BareRooms } from './bareRooms.ts';
import type { BareMessageName, BareMessages } from './bareWire.ts';

/*
 * The yardstick of the benchmarks: mediasoup with the fewest lines that let a browser publish and watch. No tokens, no
 * schemas, no room state, no news; the workers, their listening servers, the codecs and the transports are those of
 * the real server, and so is the one round trip in which a viewer joins.
 */

const { values } = parseArgs({ options: { port: { type: 'string' }, 'rtc-port': { type: 'string' } } });
const port = Number(values.port);
const rooms = await BareRooms.start(Number(values['rtc-port']));

const handlers: {
  [N in BareMessageName]: (ask: BareMessages[N]['ask']) => Promise<BareMessages[N]['answer']>;
} = {
  join: (ask) => rooms.join(ask),
  publish: (ask) => rooms.publish(ask),
  produce: (ask) => rooms.produce(ask),
  leave: (ask) => rooms.leave(ask),
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('access-control-allow-origin', '*');
  const name = request.url?.slice(1) ?? '';
  if (name === 'capabilities') response.end(JSON.stringify(rooms.rtpCapabilities));
  else if (name in handlers) {
    const handle = handlers[name as BareMessageName] as (ask: unknown) => Promise<unknown>;
    response.end(JSON.stringify(await handle(JSON.parse(await text(request)))));
  } else response.writeHead(404).end();
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
process.once('SIGTERM', () => {
  rooms.close();
  process.exit(0);
});
server.listen(port, '127.0.0.1', () => {
  console.log(`ready http://localhost:${port}`);
});
