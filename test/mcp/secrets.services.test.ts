import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openField } from '../support/mcp/hub-fixture.ts';

const variables = {
  TAVILY_KEY: 'tvly-SECRET-123456',
  PEM_KEY: '-----BEGIN KEY-----\nSECRET"\\SECRET\n-----END KEY-----\n',
};

/** Answers each request with its address, as many a proxy does. */
async function openEcho(): Promise<string> {
  const web = createServer((request, response) => {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`bad request for ${request.url}`);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void web.close());
  await once(web, 'listening');
  return `127.0.0.1:${(web.address() as AddressInfo).port}`;
}

test('a secret that its entry hands to a server comes back in no error, status or list', async () => {
  await using field = openField();
  const script = join(field.paths.data, 'own', 'tells-all.js');
  mkdirSync(join(field.paths.data, 'own'));
  writeFileSync(script, 'console.error(JSON.stringify(process.env), ...process.argv); process.exit(1)');
  const [echo, omega] = [await openEcho(), { allow: ['*'], callMs: 1500 }];
  field.configure({
    args: { command: 'node', args: [script, '--key=${TAVILY_KEY}'], omega },
    env: { command: 'node', args: [script], env: { KEY: '${PEM_KEY}' }, omega },
    query: { url: `http://${echo}/mcp?key=\${TAVILY_KEY}`, omega },
    written: { url: `http://${echo}/mcp?key=in-the-SECRET-file`, omega },
    password: { url: 'http://me:${TAVILY_KEY}@127.0.0.1:1/mcp', omega },
  });
  await using hub = await field.open({ variables });
  for (const { name } of hub.servers()) {
    const failure = await hub.refused(`${name}.x`);
    const listing = await hub.tools(name, AbortSignal.timeout(5000)).catch((error: Error) => error.message);
    const told = JSON.stringify([
      failure.message,
      failure.hint,
      hub.servers().find((one) => one.name === name),
      listing,
    ]);
    expect(told, name).not.toContain('SECRET');
  }
  expect(JSON.stringify(hub.servers())).toContain('[redacted]');
});
