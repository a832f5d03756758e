import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The SDK as one ES module; the two libraries below it are left to the app's own bundler. */
export default defineConfig({
  root,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    minify: false,
    sourcemap: true,
    lib: { entry: 'tributary.ts', formats: ['es'], fileName: 'tributary' },
    rolldownOptions: { external: ['mediasoup-client', 'socket.io-client'] },
  },
});
