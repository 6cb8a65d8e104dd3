import { OmegaError } from '#lib/errors.ts';
import { boardLink } from '#queue/board-session.ts';
import { printJson, runCommand } from './command.ts';
import { boardToken } from './board-token.ts';
import { pageAddress } from './page-address.ts';
import { readSettings } from './settings.ts';

await runCommand({
  name: 'npm run board',
  summary: 'a link that opens the queues in a browser, once, within five minutes',
  help: [
    ['', 'for reading'],
    ['-- --write', 'for acting as well: retry, remove, pause'],
    ['-- --json', 'for scripts'],
  ],
  options: { write: { type: 'boolean' }, json: { type: 'boolean' } },
  run: async ({ values }) => {
    const { env, paths } = readSettings();
    const address = await pageAddress(paths);
    if (address === null) throw noEdge();
    const link = await boardLink({
      url: address.url,
      token: await boardToken(env, paths),
      write: values.write === true,
    });
    if (values.json === true) return printJson({ link });
    process.stdout.write(`${link}\n`);
  },
});

function noEdge(): OmegaError {
  return new OmegaError('The board is served by the edge, which has not been started here.', {
    code: 'E_NO_EDGE',
    hint: 'Start Omega with npm start.',
    exitCode: 75,
  });
}
