import { OmegaError } from '#lib/errors.ts';
import { boardLink } from '#queue/board-session.ts';
import { printJson, runCommand } from './command.ts';
import { boardToken } from './board-token.ts';
import { runningServices, servedPage } from './running.ts';
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
  run: async ({ values, signal }) => {
    const { env, paths } = readSettings();
    const services = await runningServices(paths, signal);
    const address = await servedPage(paths, services);
    if (address === null) throw noEdge(services !== null);
    const link = await boardLink({
      url: address.url,
      token: await boardToken(env, paths),
      write: values.write === true,
    });
    if (values.json === true) return printJson({ link });
    process.stdout.write(`${link}\n`);
  },
});

function noEdge(isRunning: boolean): OmegaError {
  return new OmegaError('The board is served by the edge, which does not run here now.', {
    code: 'E_NO_EDGE',
    hint: isRunning ? 'npm run status says how it stands.' : 'Start Omega with npm start.',
    exitCode: 75,
  });
}
