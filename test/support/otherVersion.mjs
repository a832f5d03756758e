// Preloaded into a server (`--import`), makes it one of another protocol version, as the one before or after this.
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/protocol/version.ts')) return loaded;
    const source = String(loaded.source).replace(/protocolVersion = \d+/, 'protocolVersion = 999');
    return { ...loaded, source };
  },
});
