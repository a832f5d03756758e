import type { ReadFile } from './settingSources.ts';
import { waysToGive } from './settingSources.ts';
import type { GivenSettings } from './loadSettings.ts';
import type { SettingName, Settings } from './settingsTable.ts';

/** What is wrong with values that are right one by one. */
export function contradictions(
  settings: Partial<Settings>,
  given: GivenSettings,
  readFile: ReadFile,
): string[] {
  return [
    ...tlsProblems(settings, given, readFile),
    ...portProblems(settings),
    ...addressProblems(settings, given),
    ...networkProblems(settings, given),
  ];
}

function tlsProblems(settings: Partial<Settings>, given: GivenSettings, readFile: ReadFile): string[] {
  const problems: string[] = [];
  const pairs = [
    ['tlsCertFile', 'tlsKeyFile'],
    ['linkTlsCertFile', 'linkTlsKeyFile'],
  ] as const;
  for (const [cert, key] of pairs) {
    if (given.has(cert) !== given.has(key)) {
      problems.push(`${cert} and ${key} go together: set both, or neither`);
    }
  }
  for (const name of [...pairs.flat(), 'linkCaFile'] as const) {
    const path = settings[name];
    if (path === undefined) continue;
    try {
      readFile(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`${name} (${given.get(name)?.source ?? ''}): cannot read ${path}: ${reason}`);
    }
  }
  return problems;
}

function portProblems(settings: Partial<Settings>): string[] {
  const problems: string[] = [];
  const { port = 0, adminPort = 0, linkPort = 0, redis, rtcPort = 0, devRegions = [] } = settings;
  const ports: [SettingName, number][] = [
    ['port', port],
    ['adminPort', adminPort],
    // Nobody waits on it without others.
    ['linkPort', redis === undefined ? 0 : linkPort],
  ];
  ports.forEach(([name, number], index) => {
    const other = ports.slice(0, index).find(([, earlier]) => earlier === number && number !== 0);
    if (other) problems.push(`${other[0]} and ${name} are both ${number}; they must differ`);
  });
  const workers = (settings.workers ?? 1) * Math.max(1, devRegions.length);
  if (rtcPort + workers - 1 > 65535) {
    problems.push(`rtcPort ${rtcPort} leaves no ports for ${workers} workers; at most ${65536 - workers}`);
  }
  for (const range of ['pipePort', 'nodePipePort'] as const) {
    const { [`${range}Min` as const]: min = 0, [`${range}Max` as const]: max = 65535 } = settings;
    if (min >= max) problems.push(`${range}Min must be less than ${range}Max`);
    if (rtcPort <= max && rtcPort + workers > min) {
      problems.push(`the media ports from ${rtcPort} on run into those from ${range}Min ${min} on; move one`);
    }
  }
  return problems;
}

function addressProblems({ rtcListenIp }: Partial<Settings>, given: GivenSettings): string[] {
  const anyAddress = rtcListenIp === '0.0.0.0' || rtcListenIp === '::';
  if (!anyAddress || given.has('announcedAddress')) return [];
  return [
    `announcedAddress is missing: media is received on every address, so say which one browsers can reach, ` +
      `usually the public IP; set ${waysToGive('announcedAddress')}`,
  ];
}

function networkProblems(settings: Partial<Settings>, given: GivenSettings): string[] {
  if (settings.dev) return [];
  if (given.has('devRegions'))
    return ['devRegions is for dev mode; in production each node is a process of its own, with its region'];
  if (!given.has('redis')) return [];
  const problems: string[] = [];
  if (!given.has('clusterSecrets')) {
    problems.push(
      `clusterSecrets is missing: nodes that share a Redis prove themselves to each other by it; make one with ` +
        `\`openssl rand -base64 48\`, the same for all; set ${waysToGive('clusterSecrets')}`,
    );
  }
  if (!given.has('linkTlsCertFile') && !given.has('linkTlsKeyFile')) {
    problems.push(
      `linkTlsCertFile and linkTlsKeyFile are missing: nodes talk to each other over TLS; make an authority and a ` +
        `certificate for the name in linkUrl, as README.md says under "Several nodes"; set ${waysToGive('linkTlsCertFile')}`,
    );
  }
  return problems;
}
