import type { AstroIntegration } from 'astro';
import { defineConfig } from 'astro/config';

/** Instead of a web server, the build exports a function that draws a page: `render` in adapter.ts. */
const renderer: AstroIntegration = {
  name: 'renderer',
  hooks: {
    'astro:config:done': ({ setAdapter }) =>
      setAdapter({
        name: 'renderer',
        entrypointResolution: 'auto',
        serverEntrypoint: new URL('adapter.ts', import.meta.url),
        supportedAstroFeatures: { serverOutput: 'stable' },
      }),
  },
};

/**
 * Everything is bundled and minified: the worker holds the renderer in memory day and night. For the renderer itself
 * Astro passes on nothing of the environment's build but what is said of its output.
 */
export default defineConfig({
  root: import.meta.dirname,
  srcDir: '.',
  outDir: 'dist',
  cacheDir: '.astro/cache',
  publicDir: '.astro/none',
  output: 'server',
  adapter: renderer,
  build: { inlineStylesheets: 'always' },
  compressHTML: 'jsx',
  devToolbar: { enabled: false },
  image: { service: { entrypoint: 'astro/assets/services/noop' } },
  vite: {
    cacheDir: '.astro/vite',
    ssr: { noExternal: true },
    build: { minify: true },
    environments: { ssr: { build: { rolldownOptions: { output: { minify: true } } } } },
  },
});
