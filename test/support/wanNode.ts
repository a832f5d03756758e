import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import type { WanHost } from '../wan/wanNetwork.ts';
import { MetricsText } from './metricsText.ts';
import { startReadyProcess } from './readyProcess.ts';
import type { ReadyProcess } from './readyProcess.ts';
import { until } from './until.ts';
import { childPids, workerPids } from './workerProcesses.ts';

/** A node that hangs would hold up a test for minutes. */
export const askLimitMs = 3000;

/** The same on every host: each has an address of its own. */
export interface WanPorts {
  public: number;
  admin: number;
  link: number;
  rtc: number;
  /** For media between nodes, first and last. */
  pipes: readonly [number, number];
}

export interface WanNodeParts {
  host: WanHost;
  region: string;
  ports: WanPorts;
  flags: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** A real server in its own process, on a host of the emulated network. */
export class WanNode {
  readonly nodeId: string;
  readonly region: string;
  /** Where browsers find it. */
  readonly origin: string;
  readonly adminOrigin: string;
  readonly #parts: WanNodeParts;
  #process: ReadyProcess | undefined;
  #hung: number[] = [];

  constructor(parts: WanNodeParts) {
    const { host, region, ports } = parts;
    this.#parts = parts;
    this.nodeId = host.name;
    this.region = region;
    this.origin = `http://${host.publicAddress}:${ports.public}`;
    this.adminOrigin = `http://${host.listenAddress}:${ports.admin}`;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** It runs, and does not hang. */
  get answering(): boolean {
    return this.running && this.#hung.length === 0;
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error(`${this.nodeId} does not run`);
    return this.#process.pid;
  }

  /** What it wrote since it was last started. */
  get output(): string {
    return this.#process?.output() ?? '';
  }

  /** Starts it, or starts it again at the same addresses under the same name. */
  async start(moreFlags: readonly string[] = []): Promise<void> {
    const { host, region, ports, flags, env } = this.#parts;
    const { listenAddress, publicAddress } = host;
    const own = {
      'node-id': this.nodeId,
      region,
      workers: 1,
      host: listenAddress,
      port: ports.public,
      'public-url': this.origin,
      'admin-host': listenAddress,
      'admin-port': ports.admin,
      'link-host': listenAddress,
      'link-port': ports.link,
      'link-url': `https://${publicAddress}:${ports.link}`,
      'link-local-address': listenAddress,
      'rtc-listen-ip': listenAddress,
      'announced-address': publicAddress,
      'rtc-port': ports.rtc,
      'node-pipe-ip': listenAddress,
      'node-pipe-announced-ip': publicAddress,
      'node-pipe-port-min': ports.pipes[0],
      'node-pipe-port-max': ports.pipes[1],
      'log-level': process.env.NODE_LOG ?? 'warn',
    };
    const ownFlags = Object.entries(own).map(([name, value]) => `--${name}=${value}`);
    this.#process = await startReadyProcess('server/main.ts', [...ownFlags, ...flags, ...moreFlags], env);
  }

  /** As if its machine lost power: nobody is told, and its workers are gone as well. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    const workers = childPids(process.pid);
    this.#process = undefined;
    for (const pid of workers) send(pid, 'SIGKILL');
    await process.stop('SIGKILL');
    await until(() => workers.every((pid) => !send(pid, 0)));
  }

  /** As a machine that stands still: connections stay open, and nothing comes. */
  hang(): void {
    this.#hung = [this.pid, ...childPids(this.pid)];
    for (const pid of this.#hung) send(pid, 'SIGSTOP');
  }

  wake(): void {
    for (const pid of this.#hung.splice(0)) send(pid, 'SIGCONT');
  }

  /** Kills the worker that has the media, and returns its pid. */
  killWorker(): number {
    const [pid] = workerPids(this.pid);
    if (pid === undefined) throw new Error(`${this.nodeId} has no worker`);
    send(pid, 'SIGKILL');
    return pid;
  }

  /** Ends it as an operator would who waits for nobody. */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | null> {
    const process = this.#process;
    if (process === undefined) return 0;
    this.wake();
    this.#process = undefined;
    return process.stop(signal);
  }

  async metrics(): Promise<MetricsText> {
    const answer = await fetch(`${this.adminOrigin}/metrics`, { signal: AbortSignal.timeout(askLimitMs) });
    return new MetricsText(await answer.text());
  }

  /** UDP ports for media between nodes that somebody has open now. */
  async openPipePorts(): Promise<number[]> {
    const [first, last] = this.#parts.ports.pipes;
    const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const { listenAddress } = this.#parts.host;
    const open = await Promise.all(ports.map((port) => isTaken(listenAddress, port)));
    return ports.filter((_, index) => open[index]);
  }
}

/** False where there is no such process. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function isTaken(address: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  socket.bind(port, address);
  const taken = await once(socket, 'listening').then(
    () => false,
    () => true,
  );
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return taken;
}
