import { defineServer, type Reading } from '../server.ts';

const secondMs = 1000;

/** GitHub's own remote server; what its HTTP answers mean, such as 401, is the connection's to say. */
export default defineServer({
  name: 'github',
  summary: { en: 'reads repositories, issues and pull requests', nl: 'leest repository’s, issues en pull requests' },
  readError,
  setUp: {
    what: {
      en: 'a read-only token as GITHUB_PERSONAL_ACCESS_TOKEN in .env, then start anew',
      nl: 'zet een token met alleen leesrechten als GITHUB_PERSONAL_ACCESS_TOKEN in .env en start opnieuw',
    },
    command: 'nano .env',
    minutes: 5,
  },
});

/** What GitHub's interface refuses is told as `GET https://api.github.com/…: 403 reason [rate reset in 12m05s]`. */
function readError(text: string): Reading {
  if (/\b(403|429) .*rate limit/i.test(text)) return { kind: 'rate-limited', retryAfterMs: resetMs(text) };
  if (/: 401 |\bBad credentials\b/.test(text)) return { kind: 'auth' };
  return { kind: 'tool-error' };
}

function resetMs(text: string): number {
  const [, hours, minutes, seconds] = /\[rate reset in (?:(\d+)h)?(?:(\d+)m)?(\d+)s\]/.exec(text) ?? [];
  if (seconds === undefined) return 60 * secondMs;
  return ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds)) * secondMs;
}
