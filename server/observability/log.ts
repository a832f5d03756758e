import { destination, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, LevelWithSilent, Logger } from 'pino';

/** Fields that never reach the log, at the top or one or two levels down. */
const secretFields = [
  'token',
  'tokenSecret',
  'apiKey',
  'apiKeys',
  'adminTokens',
  'authorization',
  'cookie',
  'password',
  'secret',
  'key',
];

export interface LogSettings {
  logLevel: LevelWithSilent;
  nodeId: string;
  region: string;
}

/** Makes a node's log: one JSON line an event, on standard output unless told otherwise. */
export function createLog({ logLevel, nodeId, region }: LogSettings, stream?: DestinationStream): Logger {
  const options = {
    level: logLevel,
    base: { node: nodeId, region },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '(hidden)',
    },
  };
  // In order with what else is printed, and nothing is lost when the process exits.
  return pino(options, stream ?? destination({ dest: 1, sync: true }));
}
