import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { RtpCapabilitiesMessage } from '../../protocol/mediaParameters.ts';
import type { ApiKeyCheck } from '../access/apiKeyCheck.ts';
import type { Tokens } from '../access/tokens.ts';
import type { RateSetting } from './addressRate.ts';
import { addDemoPages } from './demoPages.ts';
import { addDocumentRoutes } from './documentRoutes.ts';
import { addDrainRoutes } from './drainRoutes.ts';
import type { DrainNode } from './drainRoutes.ts';
import { addEdgeRoutes } from './edgeRoutes.ts';
import type { EdgeRouteParts } from './edgeRoutes.ts';
import { createHttpServer } from './httpServer.ts';
import { addNetworkRoutes } from './networkRoutes.ts';
import type { NetworkReader } from './networkRoutes.ts';
import { addDevAdminToken, operatorAccess } from './operatorAccess.ts';
import { addCrossOrigin, addPageHeaders } from './pageHeaders.ts';
import { problemSender } from './problem.ts';
import { addTokenRoutes } from './tokenRoutes.ts';

export interface PublicApiSettings {
  dev: boolean;
  tlsCertFile?: string | undefined;
  tlsKeyFile?: string | undefined;
  trustedProxies: (address: string, hop: number) => boolean;
  allowedOrigins: readonly string[];
  rateTokens: RateSetting;
  rateWrongKeys: RateSetting;
  rateEdges: RateSetting;
  rateOperator: RateSetting;
}

export interface PublicApiParts {
  settings: PublicApiSettings;
  log: Logger;
  tokens: Tokens;
  checkApiKey: ApiKeyCheck;
  /** Undefined where there are no admin tokens. */
  checkAdminToken: ApiKeyCheck | undefined;
  /** In dev mode, what the demo at this machine gets in with. */
  devAdminToken?: string | undefined;
  network: NetworkReader;
  /** The client an address belongs to, where clients are counted. */
  blockOf: (address: string) => string;
  rtpCapabilities: RtpCapabilitiesMessage;
  drainNode: DrainNode;
  offerEdges: EdgeRouteParts['offerEdges'];
  /** The origins of all nodes of the network: their pages are ours, and ours may go there. */
  nodeOrigins: () => readonly string[];
  /** The built demo; without it no pages are served. */
  demoFolder?: string | undefined;
  onRefused: (code: ErrorCode) => void;
}

/** Makes the public HTTP server; signalling attaches to its `server`, and the caller lets it listen. */
export async function createPublicApi(parts: PublicApiParts): Promise<FastifyInstance> {
  const { settings, log, demoFolder, onRefused } = parts;
  const { tlsCertFile, tlsKeyFile } = settings;
  const sendProblem = problemSender(onRefused);
  const app = createHttpServer({
    log,
    sendProblem,
    trustsProxy: settings.trustedProxies,
    tls:
      tlsCertFile === undefined || tlsKeyFile === undefined
        ? undefined
        : { certFile: tlsCertFile, keyFile: tlsKeyFile },
  });
  addPageHeaders(app, parts.nodeOrigins);
  addCrossOrigin(app, settings.allowedOrigins, parts.nodeOrigins);
  const { tokens, checkApiKey, blockOf } = parts;
  addTokenRoutes(app, { ...settings, tokens, checkApiKey, blockOf, sendProblem });
  const guards = operatorAccess({
    checkAdminToken: parts.checkAdminToken,
    rateOperator: settings.rateOperator,
    rateWrongKeys: settings.rateWrongKeys,
    blockOf,
    sendProblem,
  });
  addNetworkRoutes(app, sendProblem, guards, parts.network);
  addDrainRoutes(app, sendProblem, guards, parts.drainNode);
  if (settings.dev && parts.devAdminToken !== undefined)
    addDevAdminToken(app, sendProblem, parts.devAdminToken);
  addDocumentRoutes(app, sendProblem, parts.rtpCapabilities);
  addEdgeRoutes(app, { ...settings, offerEdges: parts.offerEdges, blockOf, sendProblem });
  if (demoFolder !== undefined) await addDemoPages(app, sendProblem, demoFolder);
  return app;
}
