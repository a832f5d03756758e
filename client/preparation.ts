import { Device, detectDevice } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import type { Fingerprints, RtpCapabilitiesMessage } from '../protocol/mediaParameters.ts';
import { canMakeKeyframes, canWatch } from './browserSupport.ts';
import { singleNegotiation } from './singleNegotiation.ts';
import { TributaryError } from './tributaryError.ts';

/** What joining needs of this browser, whatever the room: made once, used for every connection of the page. */
export interface PreparedMedia {
  /** Names the capabilities of the server it was made for. */
  key: string;
  device: Device;
  rtpCapabilities: RtpCapabilitiesMessage;
  certificate: RTCCertificate;
  fingerprints: Fingerprints;
  keyframes: boolean;
}

const fetchTimeoutMs = 5000;
/** A certificate is made anew when it has less than this left. */
const certificateMarginMs = 24 * 3600 * 1000;

type BrowserPart = Pick<PreparedMedia, 'certificate' | 'fingerprints' | 'keyframes'>;

let browserSide: { part: Promise<BrowserPart>; expiresMs: number } | undefined;
let device: { key: string; loading: Promise<Device> } | undefined;
/** What each server said that it speaks. */
const spoken = new Map<string, Promise<RtpCapabilitiesMessage>>();

/** Asks a server what it speaks and makes the browser ready for it; what was prepared before is used again. */
export async function prepareFor(url?: string): Promise<PreparedMedia> {
  const origin = originOf(url);
  const asking = spoken.get(origin) ?? fetchCapabilities(origin);
  spoken.set(origin, asking);
  asking.catch(() => spoken.delete(origin));
  return prepareMedia(await asking);
}

/** Makes the browser ready for a server with these capabilities; what was made before is used again. */
export async function prepareMedia(routerCapabilities: RtpCapabilitiesMessage): Promise<PreparedMedia> {
  if (!canWatch()) throw new TributaryError('unsupported-browser');
  const key = capabilitiesKey(routerCapabilities);
  const loading = device?.key === key ? device.loading : loadDevice(routerCapabilities);
  device = { key, loading };
  loading.catch(() => (device = undefined));
  const [made, loaded] = await Promise.all([browserPart(), loading]);
  return {
    ...made,
    key,
    device: loaded,
    rtpCapabilities: loaded.recvRtpCapabilities as RtpCapabilitiesMessage,
  };
}

/** Names these capabilities. */
export function capabilitiesKey(routerCapabilities: RtpCapabilitiesMessage): string {
  return JSON.stringify(routerCapabilities);
}

/** The origin to connect to: the page's own by default. */
export function originOf(url?: string): string {
  return new URL(url ?? location.href, location.href).origin;
}

async function fetchCapabilities(origin: string): Promise<RtpCapabilitiesMessage> {
  try {
    const response = await fetch(`${origin}/v1/capabilities`, {
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    if (!response.ok) throw new TributaryError('unreachable', `HTTP ${response.status}`);
    const { rtpCapabilities } = (await response.json()) as { rtpCapabilities: RtpCapabilitiesMessage };
    return rtpCapabilities;
  } catch (error) {
    throw error instanceof TributaryError ? error : new TributaryError('unreachable');
  }
}

async function loadDevice(routerCapabilities: RtpCapabilitiesMessage): Promise<Device> {
  try {
    const handlerName = detectDevice();
    const handlerFactory = handlerName && singleNegotiation(handlerName);
    const fresh = new Device(handlerFactory && { handlerFactory });
    await fresh.load({ routerRtpCapabilities: routerCapabilities as types.RtpCapabilities });
    return fresh;
  } catch (error) {
    throw new TributaryError('unsupported-browser', error instanceof Error ? error.message : undefined);
  }
}

function browserPart(): Promise<BrowserPart> {
  if (browserSide === undefined || browserSide.expiresMs - certificateMarginMs < Date.now()) {
    const making = { part: makeBrowserPart(), expiresMs: Infinity };
    browserSide = making;
    making.part.then(
      ({ certificate }) => (making.expiresMs = certificate.expires),
      () => (browserSide = undefined),
    );
  }
  return browserSide.part;
}

async function makeBrowserPart(): Promise<BrowserPart> {
  const algorithm: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
  const certificate = await RTCPeerConnection.generateCertificate(algorithm);
  return { certificate, fingerprints: await fingerprintsOf(certificate), keyframes: canMakeKeyframes() };
}

async function fingerprintsOf(certificate: RTCCertificate): Promise<Fingerprints> {
  // Firefox has no getFingerprints; an offer made with the certificate shows them.
  if (typeof certificate.getFingerprints === 'function') return certificate.getFingerprints() as Fingerprints;
  const connection = new RTCPeerConnection({ certificates: [certificate] });
  try {
    connection.createDataChannel('');
    const { sdp = '' } = await connection.createOffer();
    const [, algorithm = '', value = ''] = /^a=fingerprint:(\S+) (\S+)/m.exec(sdp) ?? [];
    return [{ algorithm, value }] as Fingerprints;
  } finally {
    connection.close();
  }
}
