import { defineConfig } from 'vitest/config';
import { catalogues } from './build/catalogues.ts';
import { noForeignCode } from './build/no-foreign-code.ts';
import { precache } from './build/precache.ts';

/** The app is built into the service's static folder; every file but the entry points carries its content hash. */
export default defineConfig({
  base: '/',
  plugins: [catalogues('../qc/standards'), noForeignCode(), precache()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', plugins: () => [catalogues('../qc/standards')] },
  build: {
    outDir: '../qc/api/static',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/sw.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
