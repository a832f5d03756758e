import { readFileSync } from 'node:fs';
import { LogController, fastify } from 'fastify';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, HTTPMethods } from 'fastify';
import { refuse } from '../../protocol/errors.ts';
import { problemContentType, problemOf, refusalOf } from './problem.ts';
import type { SendProblem } from './problem.ts';

export interface HttpServerParts {
  log: FastifyBaseLogger;
  /** PEM files; with them the server speaks HTTPS. */
  tls?: { certFile: string; keyFile: string } | undefined;
  trustsProxy: (address: string, hop: number) => boolean;
  sendProblem: SendProblem;
}

const bodyLimitBytes = 16 * 1024;
const requestTimeoutMs = 15_000;

/** Makes an HTTP server that takes JSON alone and words every error, its own included, as a problem document. */
export function createHttpServer({ log, tls, trustsProxy, sendProblem }: HttpServerParts): FastifyInstance {
  const options = {
    loggerInstance: log,
    // A line a request would drown the lines about shows; the metrics count requests that were refused.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    // A browser's spare connection, on which nothing was asked yet, would keep a closing server open for ever.
    forceCloseConnections: true,
    trustProxy: trustsProxy,
    frameworkErrors: (error: FastifyError, _request: unknown, reply: unknown) => {
      sendProblem(reply as FastifyReply, refusalOf(error));
    },
    clientErrorHandler: refuseMalformed,
  };
  const app =
    tls === undefined
      ? fastify(options)
      : // The two servers differ in types only: everything here uses what they have in common.
        (fastify({
          ...options,
          https: { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
        }) as unknown as FastifyInstance);
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, refuse('not-found')));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.error.code === 'internal') request.log.error({ err: error }, 'a request failed');
    return sendProblem(reply, refusal);
  });
  return app;
}

/** Bytes that are no HTTP never become a request; they are answered on the bare socket. */
function refuseMalformed(
  error: Error & { code?: string },
  socket: NodeJS.WritableStream & { destroy(): void },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemOf(refuse('bad-message').error));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${problemContentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

const everyMethod: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Answers 405 with `Allow` at `url` for what is not in `allowed`, before any body is read. */
export function refuseOtherMethods(
  app: FastifyInstance,
  sendProblem: SendProblem,
  url: string,
  allowed: HTTPMethods[],
): void {
  const taken = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
  app.route({
    url,
    method: everyMethod.filter((method) => !taken.includes(method)),
    exposeHeadRoute: false,
    onRequest: async (_request, reply) => {
      await sendProblem(reply.header('allow', taken.join(', ')), refuse('method-not-allowed'));
    },
    handler: (_request, reply) => reply,
  });
}
