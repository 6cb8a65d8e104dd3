import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Snapshot } from '#holding/health/snapshot.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { headline, lastKnown } from '../../scripts/headline.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';

const seconds = 1000;

function service(name: string, state: ServiceStatus['state'] = 'ready'): ServiceStatus {
  return { name, state, pid: 7, since: sceneTime, restarts: 0, recentRestarts: 0, lastExit: null };
}

const ready = [service('redis'), service('worker'), service('edge')];

function said(snapshot: Snapshot | null, services = ready, afterMs = 40 * seconds): string {
  return stripVTControlCharacters(headline(snapshot, services, sceneTime + afterMs));
}

test('a fresh heartbeat is said with its age', () => {
  expect(said(scenes.firstDay())).toBe('✓ All well (up, seen 40 s ago)');
});

test('a heartbeat that stopped is stale, and one from the future says nothing of now', () => {
  expect(said(scenes.firstDay(), ready, 3_600_000)).toBe('✗ STALE The last heartbeat was 1 h ago; it said: All well');
  expect(said(scenes.firstDay(), ready, -60 * seconds)).toBe(
    '? The last heartbeat is dated in the future, so nothing is known of now; it said: All well',
  );
});

test('without a heartbeat nothing is known', () => {
  expect(said(null)).toBe('? No heartbeat yet, so nothing is known.');
});

test('All well is not said alone while a service is not ready', () => {
  expect(said(scenes.firstDay(), [service('redis', 'backoff'), service('worker', 'starting'), service('edge')])).toBe(
    '! All well 40 s ago, but redis is in backoff, worker is starting now',
  );
});

test('what is down stays first, with what the supervisor knows since', () => {
  expect(said(scenes.oneDown(), [service('redis', 'backoff')])).toBe(
    '✗ Redis is down (down, seen 40 s ago), and redis is in backoff now',
  );
});

test('where nothing runs, what was last known has its age, unless it is dated in the future', () => {
  expect(lastKnown(scenes.firstDay(), sceneTime + 60 * seconds)).toBe('Last known, 1 m ago: All well');
  expect(lastKnown(scenes.firstDay(), sceneTime - 60 * seconds)).toBe('Last known, dated in the future: All well');
});
