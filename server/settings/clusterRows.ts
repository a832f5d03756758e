import { setting } from './setting.ts';
import {
  count,
  hostAddress,
  httpUrl,
  ipAddress,
  nodeName,
  optional,
  path,
  port,
  redisUrl,
  regionList,
  regionName,
  secretList,
  whole,
} from './settingKinds.ts';

/** A name for this process that no other has, in the form that node ids have. */
function ownName({
  hostname,
  randomText,
}: {
  hostname: string;
  randomText: (bytes: number) => string;
}): string {
  const plain = (words: string): string => words.toLowerCase().replace(/[^a-z0-9]/g, '-');
  return `${plain(hostname).slice(0, 20)}-${plain(randomText(4)).slice(0, 8)}`.replace(/^-+/, '');
}

/** The node among others. */
export const clusterRows = {
  nodeId: setting({
    group: 'Network',
    kind: nodeName,
    default: ownName,
    defaultText: 'the host name and a random part',
    description: 'Name of this process among the others; new with each start unless given.',
  }),
  region: setting({
    group: 'Network',
    kind: regionName,
    default: 'local',
    description: 'The data centre it runs in.',
  }),
  devRegions: setting({
    group: 'Network',
    kind: optional(regionList),
    devDefault: ['us', 'us', 'eu'],
    description:
      'Dev mode only: the regions of the nodes that run in this one process. The first is the node at `port`, the others take free ports; one entry is a node that is alone.',
  }),
  redis: setting({
    group: 'Network',
    kind: optional(redisUrl),
    secret: true,
    defaultText: 'none: this process is the whole network',
    description:
      'The Redis (6.2 or later) that the nodes of a network share: redis://host:6379/0, redis+sentinel://host,host/master/0 or redis+cluster://host,host; rediss… for TLS, user:password@ before the hosts.',
  }),
  clusterSecrets: setting({
    group: 'Network',
    kind: optional(secretList(32)),
    secret: true,
    devDefault: ({ randomText }) => [randomText(48)],
    defaultText: 'made at start in dev mode',
    description:
      'Proves nodes to each other; the same on every node, needed with redis. The first signs, each is accepted: add a new one behind, then put it first, then take the old one away, each time on every node.',
  }),
  linkHost: setting({
    group: 'Network',
    kind: hostAddress,
    default: '0.0.0.0',
    devDefault: '127.0.0.1',
    description: 'Address on which other nodes are waited for.',
  }),
  linkPort: setting({
    group: 'Network',
    kind: port,
    default: 4100,
    devDefault: 0,
    description: 'Port on which other nodes are waited for. 0 takes a free one.',
  }),
  linkUrl: setting({
    group: 'Network',
    kind: optional(httpUrl),
    defaultText: 'linkHost, or the host name where that is every address, and linkPort',
    description: 'Where other nodes reach this one, told to them; its certificate must be for this name.',
  }),
  linkLocalAddress: setting({
    group: 'Network',
    kind: optional(ipAddress),
    defaultText: 'as the system chooses',
    description: 'Address from which other nodes are reached.',
  }),
  linkTlsCertFile: setting({
    group: 'Network',
    kind: optional(path),
    description:
      'PEM file with the certificate chain that other nodes are shown; needed with redis, but in dev mode.',
  }),
  linkTlsKeyFile: setting({
    group: 'Network',
    kind: optional(path),
    description: 'PEM file with the private key of that certificate.',
  }),
  linkCaFile: setting({
    group: 'Network',
    kind: optional(path),
    defaultText: 'the authorities that the system trusts',
    description: "PEM file with the authority that signed the other nodes' certificates.",
  }),
  publicUrl: setting({
    group: 'Network',
    kind: optional(httpUrl),
    defaultText: 'host, or announcedAddress where that is every address, and port; localhost in dev mode',
    description: 'Where browsers reach this node, told to those who are better served here.',
  }),
  capacity: setting({
    group: 'Network',
    kind: optional(count),
    defaultText: 'viewersPerShard for each worker',
    description: 'Viewers this node can take altogether; a node with more of it gets more of the work.',
  }),
  fanOut: setting({
    group: 'Network',
    kind: whole(2, 64),
    default: 12,
    description: 'Nodes of its region that one node hands a feed to at most; the same on every node.',
  }),
};
