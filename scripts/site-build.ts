import { buildSite } from '#site/build.ts';
import { runCommand } from './command.ts';

await runCommand({
  name: 'npm run site:build',
  summary: 'builds the status page, once; drawing it afterwards takes milliseconds',
  help: [['npm run site:build', 'after a change in site/; npm start does it by itself']],
  options: {},
  run: async ({ signal }) => {
    const start = performance.now();
    await buildSite({ signal });
    process.stdout.write(`Built the status page in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  },
});
