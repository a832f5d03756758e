import { createServer } from 'node:net';

/** Below the range that systems lend to outgoing connections; each of Jest's processes looks in a slice of its own. */
const slicePorts = 2_000;
const sliceStart = 20_000 + slicePorts * (Number(process.env.JEST_WORKER_ID ?? 0) % 5);

/** Finds `count` ports in a row that nobody listens on, and returns them. */
export async function freePorts(count: number): Promise<number[]> {
  for (;;) {
    const first = sliceStart + Math.floor(Math.random() * (slicePorts - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '0.0.0.0', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
