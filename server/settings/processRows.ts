import { setting } from './setting.ts';
import {
  apiKeys,
  durationMs,
  hostAddress,
  onOff,
  oneOf,
  optional,
  originList,
  path,
  port,
  secretList,
  secretText,
  trustedProxyList,
  whole,
} from './settingKinds.ts';

/** What the process is and whom it lets in. */
export const processRows = {
  dev: setting({
    group: 'Process',
    kind: onOff,
    default: false,
    description:
      'Development mode: secrets are made at start, the demo gets its tokens by itself. Never in production.',
  }),
  logLevel: setting({
    group: 'Process',
    kind: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    description: 'The least level that is logged.',
  }),
  drainMs: setting({
    group: 'Process',
    kind: durationMs,
    default: 30_000,
    devDefault: 0,
    description:
      'How long a stopping server waits for its shows to move or end. A second signal ends it at once.',
  }),
  drainMovesPerSecond: setting({
    group: 'Process',
    kind: whole(1, 100_000),
    default: 200,
    description: 'How many viewers a draining node tells each second to go on at another node.',
  }),
  host: setting({
    group: 'HTTP',
    kind: hostAddress,
    default: '0.0.0.0',
    devDefault: '127.0.0.1',
    description: 'Address the public server listens on.',
  }),
  port: setting({
    group: 'HTTP',
    kind: port,
    default: 3000,
    alsoEnvironment: ['PORT'],
    description: 'Port of the public server: pages, API and signalling. 0 takes a free one.',
  }),
  adminHost: setting({
    group: 'HTTP',
    kind: hostAddress,
    default: '127.0.0.1',
    description: 'Address the admin server listens on. It asks nobody who he is: keep it inside.',
  }),
  adminPort: setting({
    group: 'HTTP',
    kind: port,
    default: 9090,
    alsoEnvironment: ['ADMIN_PORT'],
    description: 'Port of the admin server: /livez, /readyz and /metrics. 0 takes a free one.',
  }),
  tlsCertFile: setting({
    group: 'HTTP',
    kind: optional(path),
    description: 'PEM file with the certificate chain; with tlsKeyFile, the public server speaks HTTPS.',
  }),
  tlsKeyFile: setting({
    group: 'HTTP',
    kind: optional(path),
    description: 'PEM file with the private key of the certificate.',
  }),
  trustedProxies: setting({
    group: 'HTTP',
    kind: trustedProxyList,
    default: [],
    description: 'Proxies in front of this server whose X-Forwarded-* headers are believed.',
  }),
  allowedOrigins: setting({
    group: 'HTTP',
    kind: originList,
    default: [],
    devDefault: ['*'],
    description: 'Origins, beside its own, whose pages may use this server.',
  }),
  demo: setting({ group: 'HTTP', kind: onOff, default: true, description: 'Serve the demo pages.' }),
  tokenSecret: setting({
    group: 'Access',
    kind: secretText(32),
    secret: true,
    devDefault: ({ randomText }) => randomText(48),
    defaultText: 'made at start in dev mode',
    missing: 'make one with `openssl rand -base64 48`',
    description: 'Signs and checks access tokens; the same on every node.',
  }),
  apiKeys: setting({
    group: 'Access',
    kind: apiKeys,
    secret: true,
    devDefault: ({ randomText }) => [`dev:${randomText(32)}`],
    defaultText: 'made at start in dev mode',
    missing: 'write them as name:key, and make each key with `openssl rand -base64 24`',
    description: 'Keys of the programs that may issue tokens, as name:key.',
  }),
  adminTokens: setting({
    group: 'Access',
    kind: optional(secretList(24)),
    secret: true,
    devDefault: ({ randomText }) => [randomText(32)],
    defaultText: 'none: nobody may; made at start in dev mode',
    description:
      'Tokens of the operators, who may look into the whole network at /network; make each with `openssl rand -base64 24`.',
  }),
};
