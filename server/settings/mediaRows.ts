import { setting } from './setting.ts';
import {
  bitrateBps,
  count,
  durationMs,
  fraction,
  hostAddress,
  ipAddress,
  oneOf,
  optional,
  path,
  port,
  whole,
} from './settingKinds.ts';

/** How media gets in and out. */
export const mediaRows = {
  workers: setting({
    group: 'Media',
    kind: whole(1, 512),
    default: ({ cores }) => cores,
    defaultText: 'one for each core',
    description: 'Media workers.',
  }),
  workerBin: setting({
    group: 'Media',
    kind: optional(path),
    alsoEnvironment: ['MEDIASOUP_WORKER_BIN'],
    defaultText: 'the one that set-up fetched or built, else the one mediasoup brings',
    description: 'The mediasoup-worker program.',
  }),
  rtcListenIp: setting({
    group: 'Media',
    kind: ipAddress,
    default: '0.0.0.0',
    // Answers sent from "any address" leave a loopback address by the machine's outer one: UDP would never connect.
    devDefault: '127.0.0.1',
    description:
      'IP address media is received on. Where the machine has several, name the one that announcedAddress leads to.',
  }),
  announcedAddress: setting({
    group: 'Media',
    kind: optional(hostAddress),
    devDefault: '127.0.0.1',
    defaultText: 'rtcListenIp where that is one address',
    description:
      'Address browsers send media to: the public IP or a host name. For other devices on your network, its address there, here and as rtcListenIp.',
  }),
  rtcPort: setting({
    group: 'Media',
    kind: whole(1, 65535),
    default: 40_000,
    description: 'First media port, UDP and TCP; worker n, counted from 0, uses rtcPort + n.',
  }),
  pipePortMin: setting({
    group: 'Media',
    kind: port,
    default: 50_000,
    description: 'First UDP port, on loopback, for media between the workers of this node.',
  }),
  pipePortMax: setting({ group: 'Media', kind: port, default: 59_999, description: 'Last of these ports.' }),
  nodePipeIp: setting({
    group: 'Media',
    kind: optional(ipAddress),
    defaultText: 'rtcListenIp',
    description: 'IP address media from other nodes is received on, SRTP always.',
  }),
  nodePipeAnnouncedIp: setting({
    group: 'Media',
    kind: optional(ipAddress),
    defaultText: 'announcedAddress where that is an IP address and nodePipeIp is not given, else nodePipeIp',
    description: 'IP address other nodes send media to, and see it come from.',
  }),
  nodePipePortMin: setting({
    group: 'Media',
    kind: port,
    default: 41_000,
    description:
      'First UDP port for media from and to other nodes; each feed on its way to a node takes one.',
  }),
  nodePipePortMax: setting({
    group: 'Media',
    kind: port,
    default: 49_999,
    description: 'Last of these ports.',
  }),
  mediaLogLevel: setting({
    group: 'Media',
    kind: oneOf(['debug', 'warn', 'error', 'none']),
    default: 'warn',
    description: 'The least level that media workers log.',
  }),
  initialOutgoingBitrateBps: setting({
    group: 'Media',
    kind: bitrateBps,
    default: 600_000,
    description: 'What a new viewer is taken to receive until it is measured; decides the first layer.',
  }),
  maxIncomingBitrateBps: setting({
    group: 'Media',
    kind: bitrateBps,
    default: 8_000_000,
    description: 'The most one publisher may send.',
  }),
  viewersPerShard: setting({
    group: 'Media',
    kind: count,
    default: 200,
    description: 'People on one router of a room before it grows another on the next worker.',
  }),
  shardCpuCeiling: setting({
    group: 'Media',
    kind: fraction(0.05, 1),
    default: 0.7,
    description: 'Share of a core above which a worker gets nobody new while another has room.',
  }),
  layersOffAfterMs: setting({
    group: 'Media',
    kind: durationMs,
    default: 3000,
    description: 'How long a layer nobody watches is still asked of its publisher.',
  }),
};
