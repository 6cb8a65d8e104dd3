import { z } from 'zod';
import { messageOf, usageError } from '#lib/errors.ts';
import { ownerCaller } from '#mcp/authorize.ts';
import type { ProbeLevel } from '#mcp/hub.ts';
import { installServer } from '#mcp/install.ts';
import * as serverCatalogue from '#mcp/servers/index.ts';
import { folderOf } from '#mcp/target.ts';
import { paint, plain, printJson, runCommand } from './command.ts';
import { approve } from './mcp-approve.ts';
import { showOrVerify } from './mcp-audit.ts';
import { openByHand as open, type Use } from './mcp-open.ts';
import { isFit, showServer, showServers, showTools, showViews } from './mcp-show.ts';
import { connectionHelp, connectionLines } from './own-mcp-help.ts';
import { readSettings } from './settings.ts';

const levels: readonly ProbeLevel[] = [1, 2, 3];

await runCommand({
  name: 'npm run mcp',
  summary: 'the tool servers of the swarm, and Omega as one itself',
  help: [
    ['-- list', 'each server: how it stands, and what waits for you; starts none'],
    ['-- tools [SERVER]', 'the tools that may be used; --unit UNIT as that unit sees them; with SERVER all of it'],
    ['-- call SERVER.TOOL JSON', 'call a tool with your own hands'],
    ['-- probe [SERVER]', 'ask now: --level 1 whether it answers, 2 its tools, 3 a real call (3 unless said)'],
    ['-- approve SERVER', 'read all that nobody approved, and approve it; --yes without a question'],
    ['-- audit', 'the latest calls; --limit N; --verify looks for tampering; --export prints all as JSON lines'],
    ['-- add SERVER', 'install a server that is too large to come with Omega: google'],
    ['-- serve', 'Omega’s own MCP server on standard input and output; --token shows how to connect a client'],
    ['-- … --json', 'for scripts'],
  ],
  options: {
    json: { type: 'boolean', default: false },
    unit: { type: 'string' },
    level: { type: 'string', default: '3' },
    limit: { type: 'string', default: '20' },
    verify: { type: 'boolean', default: false },
    head: { type: 'string' },
    export: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    token: { type: 'boolean', default: false },
  },
  run: async ({ positionals: [verb = 'list', ...words], values, signal }) => {
    const use: Use = { json: values.json, signal };
    if (verb === 'list') return list(use);
    if (verb === 'tools') return tools(words[0], values.unit, use);
    if (verb === 'call') return call(words, use);
    if (verb === 'probe') return probe(words[0], toLevel(values.level), use);
    if (verb === 'approve') return approve(words[0], { ...use, isSure: values.yes });
    if (verb === 'audit') return showOrVerify(values, use);
    if (verb === 'add') return add(words[0], use);
    if (verb === 'serve') return values.token ? showConnection(use) : serve(use);
    throw usageError(`There is no “npm run mcp -- ${verb}”.`, 'npm run mcp -- --help lists what there is.');
  },
});

async function list({ json }: Use): Promise<void> {
  const { opened, servers } = await open();
  await using closing = opened;
  const found = closing.hub.servers();
  if (json) printJson({ file: servers.config.file, servers: found });
  else showServers(found, servers.config.file);
}

async function tools(server: string | undefined, unit: string | undefined, { json, signal }: Use): Promise<void> {
  await using opened = (await open()).opened;
  if (server !== undefined) {
    const views = await opened.hub.tools(server, signal);
    return json ? printJson({ server, tools: views }) : showViews(server, views);
  }
  const entries = await opened.hub.catalogue(unit ?? ownerCaller, signal);
  if (json) printJson({ unit: unit ?? ownerCaller, tools: entries });
  else showTools(entries);
}

/** What a tool answers goes to a pipe as it came; a terminal is steered by nobody's answer. */
async function call([tool, text = '{}']: readonly string[], { json, signal }: Use): Promise<void> {
  if (tool === undefined) throw usageError('Which tool?', 'npm run mcp -- tools lists them.');
  const args = toArguments(text);
  await using opened = (await open()).opened;
  process.stderr.write(`  calling ${tool}\n`);
  const result = await opened.hub.call({ tool, args, unit: ownerCaller, run: `hand-${crypto.randomUUID()}`, signal });
  if (json) return printJson(result);
  process.stdout.write(`${process.stdout.isTTY ? plain(result.text) : result.text}\n`);
  const others = result.otherBlocks.length === 0 ? '' : `, besides ${result.otherBlocks.join(', ')}`;
  process.stderr.write(`  ${result.bytes} bytes in ${Math.round(result.ms)} ms${plain(others)}\n`);
}

/** Exit code 1 where a server that is set up cannot be relied on. */
async function probe(server: string | undefined, level: ProbeLevel, { json, signal }: Use): Promise<number> {
  await using opened = (await open()).opened;
  const { hub } = opened;
  const names = server === undefined ? hub.servers().map(({ name }) => name) : [server];
  const found = [];
  for (const name of names) {
    if (!json) process.stderr.write(`  asking ${name}\n`);
    const status = await hub.probe(name, level, signal);
    if (!json) showServer(status);
    found.push(status);
  }
  if (json) printJson({ servers: found });
  return found.some((one) => isFit(one) === false) ? 1 : 0;
}

async function add(name: string | undefined, { json, signal }: Use): Promise<void> {
  const known = Object.values(serverCatalogue).filter(({ install }) => install !== undefined);
  const server = known.find((one) => one.name === name);
  if (server === undefined) {
    const what = name === undefined ? 'Which server?' : `There is nothing to install for ${name}.`;
    throw usageError(what, `There is: ${known.map((one) => one.name).join(', ')}. Others: docs/mcp.md`);
  }
  const { paths } = readSettings();
  await installServer(server, {
    folder: folderOf(server, paths),
    signal,
    tell: (line) => void process.stderr.write(`  ${line}\n`),
  });
  if (json) return printJson({ server: server.name, ...server.install });
  process.stdout.write(
    `${paint('green', '✓')} ${server.name} is installed. What it needs besides: docs/mcp-servers.md\n`,
  );
}

/** Standard output is the protocol's alone from here on. */
async function serve({ signal }: Use): Promise<void> {
  const { serveOwnMcpOverStdio } = await import('./own-mcp.ts');
  await serveOwnMcpOverStdio(signal);
}

async function showConnection({ json, signal }: Use): Promise<void> {
  const help = await connectionHelp(signal);
  if (json) printJson(help);
  else process.stdout.write(`${connectionLines(help).join('\n')}\n`);
}

function toArguments(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is no object' : messageOf(error);
    throw usageError(`The arguments are no JSON object: ${why}`, `Write them as '{"path":"…"}'.`);
  }
}

function toLevel(text: string): ProbeLevel {
  const level = levels.find((one) => String(one) === text);
  if (level !== undefined) return level;
  throw usageError(`--level ${text} is none.`, '1: whether it answers; 2: its tools; 3: a real call.');
}
