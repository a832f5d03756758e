import { freePorts } from './ports.ts';
import { startReadyProcess } from './readyProcess.ts';
import type { ReadyProcess } from './readyProcess.ts';

/** The real server in its own process, as `npm start` runs it. */
export interface ServerProcess extends ReadyProcess {
  readonly origin: string;
  readonly adminOrigin: string;
}

/** Starts `server/main.ts --dev` as a node that is alone, unless told otherwise, on free ports and waits until it says that it is ready. */
export async function startServerProcess(flags: readonly string[] = []): Promise<ServerProcess> {
  const [port, adminPort, rtcPort] = await freePorts(3 + 8);
  const started = await startReadyProcess('server/main.ts', [
    '--dev',
    '--dev-regions=local',
    `--port=${port}`,
    `--admin-port=${adminPort}`,
    `--rtc-port=${rtcPort}`,
    '--log-level=warn',
    ...flags,
  ]);
  return {
    ...started,
    origin: /^ready (\S+)$/m.exec(started.output())?.[1] ?? '',
    adminOrigin: `http://localhost:${adminPort}`,
  };
}
