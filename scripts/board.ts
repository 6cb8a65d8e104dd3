import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { boardLink } from '#queue/board-session.ts';
import { printJson, runCommand } from './command.ts';
import { boardToken, readSettings } from './construct.ts';

const Edge = z.object({ url: z.string() });

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
    const { url } = await readEdge(join(paths.run, 'edge.json'));
    const link = await boardLink({ url, token: await boardToken(env, paths), write: values.write === true });
    if (values.json === true) return printJson({ link });
    process.stdout.write(`${link}\n`);
  },
});

async function readEdge(path: string): Promise<z.infer<typeof Edge>> {
  try {
    return Edge.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new OmegaError(`The board is served by the edge, which has not been started here (${messageOf(error)}).`, {
      code: 'E_NO_EDGE',
      hint: 'Start Omega with npm start.',
      exitCode: 75,
    });
  }
}
