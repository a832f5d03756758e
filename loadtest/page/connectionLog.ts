import type { JoinMarks } from './benchPage.ts';

/*
 * Both systems are measured from the outside, by the same means: the browser's own objects tell when they were made
 * and how far they came, whoever made them. This file has to be loaded before any other.
 */

const connections = new Set<RTCPeerConnection>();
let marks: JoinMarks = {};
let startedMs = 0;

/** From now on, the moments of the next connection go into the returned object. One join at a time can be followed. */
export function followNextJoin(): JoinMarks {
  marks = {};
  startedMs = performance.now();
  return marks;
}

/** Every peer connection that is open. */
export function openConnections(): RTCPeerConnection[] {
  for (const connection of connections)
    if (connection.connectionState === 'closed') connections.delete(connection);
  return [...connections];
}

/** Notes a moment of the join being followed, unless it was noted before. */
export function mark(name: keyof JoinMarks, of = marks): void {
  of[name] ??= performance.now() - startedMs;
}

class LoggedConnection extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    connections.add(this);
    const of = marks;
    mark('connectionMade', of);
    this.addEventListener('signalingstatechange', () => {
      mark(this.signalingState === 'stable' ? 'described' : 'offered', of);
    });
    this.addEventListener('icecandidate', () => mark('candidate', of));
    this.addEventListener('iceconnectionstatechange', () => {
      if (this.iceConnectionState === 'connected') mark('iceConnected', of);
    });
    this.addEventListener('connectionstatechange', () => {
      if (this.connectionState === 'connected') mark('dtlsConnected', of);
    });
  }
}

/** socket.io's packets: `42` is an event, `43` the answer to one. A join may go out with the CONNECT, which is `40`. */
class LoggedSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    const of = marks;
    this.addEventListener('open', () => mark('socketOpen', of));
    this.addEventListener('message', ({ data }) => {
      if (typeof data === 'string' && /^43|^42\["joined"/.test(data)) mark('answered', of);
    });
  }

  override send(data: string | Blob | BufferSource): void {
    if (typeof data === 'string' && /^42|^40\{"join"/.test(data)) mark('asked');
    super.send(data);
  }
}

globalThis.RTCPeerConnection = LoggedConnection;
globalThis.WebSocket = LoggedSocket;
