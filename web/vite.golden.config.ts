import { defineConfig } from 'vite';
import { catalogues } from './build/catalogues.ts';

/** The pixel and grading code alone, as a page that the golden tests drive through a real browser. */
export default defineConfig({
  root: 'golden',
  base: '/',
  plugins: [catalogues('../qc/standards')],
  build: { outDir: '../../build/golden', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
