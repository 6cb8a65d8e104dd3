import { defineCheck, type Check, type Finding } from '../check.ts';
import { judgeServer, toolName } from './tool-verdict.ts';
import { amountOf } from '../views/wording.ts';

/** The hub's time for a look, a start and a real call included; the heartbeat that waits for it has 30 s. */
const lookTimeoutMs = 25_000;

const noServer = {
  en: 'No tool server is configured in mcp.json',
  nl: 'Er staat geen toolserver in mcp.json',
};

/** The check of `mcp.json` itself, and one of each server in it. */
export function toolChecks(servers: readonly { readonly name: string }[]): readonly Check[] {
  return [toolConfig, ...servers.map(({ name }) => toolCheck(name))];
}

const toolConfig = defineCheck({
  id: 'mcp',
  name: { en: 'Tool servers', nl: 'Toolservers' },
  group: 'tools',
  everyMs: 60_000,
  timeoutMs: 5000,
  worstOverall: 'degraded',
  headline: { down: { en: 'No tool server can be used', nl: 'Geen enkele toolserver is te gebruiken' } },
  run: async ({ probes }) => judgeConfig(probes.tools.config()),
});

/** Whether there is a configuration that can be used, and a hub for it. */
export function judgeConfig({ servers, fault }: { servers: number; fault: string | null }): Finding {
  if (fault !== null) {
    const what = { en: 'Mend what it names, then start Omega anew', nl: 'Herstel wat er staat en start Omega opnieuw' };
    const todo = { what, command: 'npm run mcp -- list', minutes: 5 };
    return { status: 'fail', explicit: true, reason: fault, todo };
  }
  if (servers === 0) return { status: 'off', reason: noServer };
  const count = amountOf(servers, { one: 'server', many: { en: 'servers', nl: 'servers' } });
  return { status: 'ok', reason: { en: `mcp.json names ${count.en}`, nl: `mcp.json noemt ${count.nl}` } };
}

function toolCheck(server: string): Check {
  const name = toolName(server);
  return defineCheck({
    id: `mcp-${server}`,
    name,
    group: 'tools',
    everyMs: 60_000,
    timeoutMs: lookTimeoutMs,
    worstOverall: 'degraded',
    headline: { down: { en: `${name} cannot be used`, nl: `${name} is niet te gebruiken` } },
    run: async ({ probes, signal, clock }) => judgeServer(await probes.tools.look(server, signal), clock.now()),
  });
}
