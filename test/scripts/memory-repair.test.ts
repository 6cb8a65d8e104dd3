import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ControlClient } from '#ops/control-client.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { createRepair } from '../../scripts/memory-repair.ts';
import type { Settings } from '../../scripts/settings.ts';
import { temporaryFolder } from '../support/health.ts';

const never = new AbortController().signal;

function chroma(state: ServiceStatus['state'], restarts: number): ServiceStatus {
  return { name: 'chroma', state, pid: 7, since: 0, restarts, recentRestarts: 0, lastExit: null };
}

function settings(marker: string, chromaUrl?: string): Settings {
  return { env: { chromaUrl }, paths: { chromaBroken: marker } } as unknown as Settings;
}

test('a broken Chroma is marked with the reason, started anew, and waited for until it is ready again', async () => {
  using folder = temporaryFolder();
  const marker = join(folder.path, 'chroma.broken');
  const seen: string[] = [];
  const supervisor: Pick<ControlClient, 'services' | 'restart' | 'watch'> = {
    services: async () => [chroma('ready', 2)],
    restart: async (name) => void seen.push(`${name}: ${readFileSync(marker, 'utf8')}`),
    watch: async function* () {
      // Still the former one, which has not ended yet.
      for (const status of [chroma('ready', 2), chroma('starting', 3), chroma('ready', 3), chroma('backoff', 3)]) {
        seen.push(`${status.state} ${status.restarts}`);
        yield status;
      }
    },
  };
  await createRepair(settings(marker), supervisor)('the index is torn', never);
  expect(seen).toEqual(['chroma: the index is torn\n', 'ready 2', 'starting 3', 'ready 3']);
});

test('a Chroma of the owner’s own is left alone, with what to do', async () => {
  const refuse = async (): Promise<never> => Promise.reject(new Error('not to be asked'));
  const supervisor = { services: refuse, restart: refuse, watch: async function* () {} };
  const repair = createRepair(settings('/nonexistent/marker', 'http://nas:8000'), supervisor);
  await expect(repair('the index is torn', never)).rejects.toMatchObject({
    code: 'E_NOT_OURS',
    hint: expect.stringContaining('omega-memory__'),
  });
});

test('one that does not come back is told', async () => {
  using folder = temporaryFolder();
  const supervisor = {
    services: async () => [chroma('ready', 2)],
    restart: async () => {},
    watch: async function* () {
      yield chroma('backoff', 3);
    },
  };
  const repair = createRepair(settings(join(folder.path, 'marker')), supervisor);
  await expect(repair('torn', never)).rejects.toMatchObject({ code: 'E_CHROMA_START' });
});
