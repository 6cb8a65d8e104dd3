/** A process with a hub and one server of it at work; it says so, and waits to be killed. */
import { readEnv } from '#lib/env.ts';
import { openBareHub } from './hub-fixture.ts';

const hub = await openBareHub(readEnv(process.env, '/nonexistent/.env'));
await hub.call({ tool: 'small.echo', args: {}, unit: 'owner', run: 'test', signal: AbortSignal.timeout(20_000) });
process.send?.('working');
process.on('disconnect', () => void hub[Symbol.asyncDispose]());
