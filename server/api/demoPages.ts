import { access } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { refuseOtherMethods } from './httpServer.ts';
import type { SendProblem } from './problem.ts';

/** Addresses the one page of the demo stands at; it looks at its address itself. */
const pageUrls = ['/', '/host', '/watch', '/network'];
/** Files below it have a hash of their content in their names. */
const hashedFolder = 'assets';

const notBuilt = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <title>Tributary: the demo is not built</title>
  <body>
    <h1>The demo is not built</h1>
    <p>The server runs, but its pages are missing. Run <code>npm start</code>, which builds them, or
    <code>npm run build</code>, and load this page again.</p>
  </body>
</html>
`;

/** Serves the demo out of `folder`, the bundler's output, which may come later than the server. */
export async function addDemoPages(
  app: FastifyInstance,
  sendProblem: SendProblem,
  folder: string,
): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    cacheControl: false,
    suppressWarning: true,
    setHeaders: (reply, path) => {
      const hashed = relative(folder, path).startsWith(hashedFolder + sep);
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const page = join(folder, 'index.html');
  for (const url of pageUrls) {
    app.get(url, async (_request, reply) => {
      const built = await access(page).then(
        () => true,
        () => false,
      );
      if (built) return reply.sendFile('index.html');
      return reply
        .code(503)
        .headers({ 'cache-control': 'no-store', 'retry-after': 5 })
        .type('text/html')
        .send(notBuilt);
    });
    refuseOtherMethods(app, sendProblem, url, ['GET']);
  }
}
