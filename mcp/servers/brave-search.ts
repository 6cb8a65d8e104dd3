import { defineServer, type Reading } from '../server.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Web and news search. Texts as measured on version 2.1.4. */
export default defineServer({
  name: 'brave-search',
  summary: { en: 'searches the web and the news', nl: 'doorzoekt het web en het nieuws' },
  readError,
  setUp: {
    what: {
      en: 'a key from brave.com/search/api as BRAVE_API_KEY in .env, then start anew',
      nl: 'zet een sleutel van brave.com/search/api als BRAVE_API_KEY in .env en start opnieuw',
    },
    command: 'nano .env',
    minutes: 5,
  },
});

/** An answer that is refused begins with its status, then the body as JSON; one without JSON loses its status. */
function readError(text: string): Reading {
  if (text === 'No web results found') return { kind: 'empty' };
  if (text.startsWith('Body is unusable')) return { kind: 'rate-limited', retryAfterMs: minuteMs };
  if (text.startsWith('429 ')) return { kind: 'rate-limited', retryAfterMs: isMonthSpent(text) ? 6 * hourMs : 1000 };
  if (/^(401|402|403) /.test(text)) return { kind: 'auth' };
  // The same status tells of a wrong key and of a wrong argument.
  if (text.startsWith('422 ') && !text.includes('"VALIDATION"')) return { kind: 'auth' };
  return { kind: 'tool-error' };
}

function isMonthSpent(text: string): boolean {
  const [, limit] = /"quota_limit": (\d+)/.exec(text) ?? [];
  const [, current] = /"quota_current": (\d+)/.exec(text) ?? [];
  return limit !== undefined && current !== undefined && Number(current) >= Number(limit);
}
