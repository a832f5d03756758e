import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const distFolder = pathOf('./dist');
const mediaTypes: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Serves the benchmark's page, the same for both systems, so that neither server has to. */
export interface PageServer {
  readonly origin: string;
  close(): void;
}

/** Builds the page from the sources as they are now and serves it on a free port. */
export async function servePage(): Promise<PageServer> {
  // In a process of its own: the bundler does not run inside the test runner's sandbox.
  const bundler = [
    pathOf('../node_modules/vite/bin/vite.js'),
    'build',
    '-c',
    pathOf('./page/vite.config.ts'),
  ];
  await promisify(execFile)(process.execPath, bundler);
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    readFile(join(distFolder, join('/', path))).then(
      (content) => response.setHeader('content-type', mediaTypes[extname(path)] ?? 'text/plain').end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}
