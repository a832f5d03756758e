import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The colour tokens are light-dark() pairs; older targets would have them rewritten.
    cssTarget: ['chrome123', 'safari17.5', 'firefox121'],
    sourcemap: true,
  },
});
