import { readFileSync } from 'node:fs';
import { createLog } from './observability/log.ts';
import type { TributaryNode } from './node.ts';
import { startNodes } from './devCluster.ts';
import { shutDown } from './shutdown.ts';
import { loadSettings } from './settings/loadSettings.ts';
import { helpText, printedConfig } from './settings/settingsText.ts';
import type { Settings } from './settings/settingsTable.ts';

/** One Ctrl-C comes twice under `npm start`: from the terminal, and passed on by npm. */
const echoMs = 500;

/** Closing takes a moment; what takes longer than this hangs. */
const closeDeadlineMs = 5000;

async function run(settings: Settings): Promise<void> {
  const log = createLog(settings);
  // Nothing may end the process but a signal: what is not caught is a bug, told in full and survived.
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'a promise was rejected and nobody looked');
  });
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'an exception was thrown and nobody caught it');
  });
  const nodes = await startNodes(settings, log).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Tributary cannot start: ${reason}`);
    process.exit(1);
  });

  let stoppingSinceMs: number | undefined;
  const stop = (drain: boolean): Promise<0 | 1> => {
    stoppingSinceMs = performance.now();
    return shutDown({
      drain: () => (drain ? allOf(nodes, (node) => node.drain()) : Promise.resolve()),
      close: () => allOf(nodes, (node) => node.close()),
      closeDeadlineMs,
      log,
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stoppingSinceMs !== undefined) {
        if (performance.now() - stoppingSinceMs > echoMs) process.exit(1);
        return;
      }
      log.info({ signal }, 'stopping; a second signal ends at once');
      void stop(signal === 'SIGTERM').then((code) => process.exit(code));
    });
  }
  // Another process goes on under this one's name: there is nobody left to move, nor a name to do it under.
  void Promise.race(nodes.map((node) => node.putOut)).then(async (reason) => {
    console.error(`Tributary ends: ${reason}`);
    if (stoppingSinceMs === undefined) await stop(false);
    process.exit(1);
  });
  if (settings.dev)
    console.log('development mode: secrets are made up, anybody gets a token; never use it in production');
  const [first] = nodes;
  log.info({ admin: first.adminOrigin }, 'health at /livez and /readyz, metrics at /metrics');
  if (nodes.length > 1) {
    console.log(`${nodes.length} nodes in this process:`);
    for (const { nodeId, region, origin, adminOrigin } of nodes)
      console.log(`  ${nodeId} in region ${region}: ${origin} (admin ${adminOrigin})`);
  }
  console.log(`ready ${first.origin}`);
}

async function allOf(
  nodes: readonly TributaryNode[],
  work: (node: TributaryNode) => Promise<void>,
): Promise<void> {
  await Promise.all(nodes.map(work));
}

const loaded = loadSettings({
  argv: process.argv.slice(2),
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
});
if (loaded.action === 'help') console.log(helpText());
else if (!loaded.ok) {
  console.error(
    `Tributary cannot start:\n${loaded.problems.map((problem) => `  - ${problem}`).join('\n')}\n(--help lists every setting)`,
  );
  process.exitCode = 1;
} else if (loaded.action === 'print-config') console.log(printedConfig(loaded.given));
else await run(loaded.settings);
