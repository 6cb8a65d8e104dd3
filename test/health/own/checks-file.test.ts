import { readFileSync } from 'node:fs';
import { array, assert, constantFrom, jsonValue, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { parseChecks } from '#holding/health/own/checks-file.ts';
import { checkOf, faultsIn, knownOf } from '../../support/own-checks.ts';

const example = readFileSync(new URL('../../../holding/health/own/checks.example.yaml', import.meta.url), 'utf8');

test('the example is well, and shows each kind', () => {
  const parsed = parseChecks(example, knownOf());
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  expect(new Set(parsed.file.checks.map(({ kind }) => kind))).toEqual(
    new Set(['http', 'tcp', 'dns', 'process', 'systemd', 'command', 'push']),
  );
});

test('what stands behind a # in the example is well too', () => {
  const uncommented = example.replaceAll(/^ {4}# ((headers|ca|expect|server): .*)$/gm, '    $1');
  expect(uncommented).not.toBe(example);
  expect(faultsIn(uncommented, { variable: () => 'token' })).toEqual([]);
});

test('JSON is taken as well', () => {
  expect(faultsIn('{"checks":[{"id":"ssh","kind":"tcp","host":"::1","port":22}]}')).toEqual([]);
});

test('an entry needs little', () => {
  const check = checkOf({ id: 'site', kind: 'http', url: 'http://nas/' });
  expect(check).toMatchObject({ name: 'site', group: 'mine', everyMs: 60_000, timeoutMs: 10_000 });
});

test('what is said of all of them is kept', () => {
  const more = {
    failAfter: 3,
    recoverAfter: 1,
    urgent: true,
    degradedOnly: true,
    dependsOn: ['disk'],
    name: 'Mijn NAS',
  };
  const check = checkOf({ kind: 'tcp', host: 'nas', port: 445, every: '5m', timeout: '3s', ...more });
  expect(check).toMatchObject({
    name: 'Mijn NAS',
    everyMs: 300_000,
    timeoutMs: 3000,
    failAfter: 3,
    recoverAfter: 1,
    urgent: true,
    worstOverall: 'degraded',
    dependsOn: ['disk'],
  });
});

test('every fault is told at once, each with its line, and with the name that was meant', () => {
  const text = `maintenance: [{ days: [monday], from: '03:00', to: '05:00' }]
checks:
  - id: shop
    kind: http
    url: ftp://shop/
    evry: 30s
    timeout: 5m
  - { id: nas, kind: htp }
  - { id: nas, kind: tcp, host: nas, port: 99999, dependsOn: [shpo, disk] }
`;
  expect(faultsIn(text)).toEqual([
    'line 1, column 24: maintenance.0.days.0 must be one of mon, tue, wed, thu, fri, sat, sun',
    'line 5, column 10: shop: url must begin with http:// or https://',
    'line 6, column 5: shop: evry is not known; did you mean every?',
    'line 7, column 14: shop: timeout must be between 100ms and 20s',
    'line 8, column 22: nas: kind must be one of http, tcp, dns, process, systemd, command, push; did you mean http?',
    'line 9, column 11: nas: id is there twice',
    'line 9, column 44: nas: port must be a whole number from 1 to 65535',
    'line 9, column 63: nas: dependsOn.0 names no check; did you mean shop?',
  ]);
});

const tcp = 'kind: tcp, host: nas, port: 1';

test.each([
  ['an id of Omega’s own', `{ id: disk, ${tcp} }`, 'is the name of one of Omega’s own checks'],
  ['an id that is no name', `{ id: "../x", ${tcp} }`, 'must be small letters'],
  ['a check that waits for itself', `{ id: a, ${tcp}, dependsOn: [a] }`, 'is the check itself'],
  ['a circle', `{ id: a, ${tcp}, dependsOn: [b] }\n  - { id: b, ${tcp}, dependsOn: [a] }`, 'they wait in a circle'],
  ['a number without a unit', `{ id: a, ${tcp}, every: 30 }`, 'must be a length of time, such as 30s'],
  ['a look more often than each second', `{ id: a, ${tcp}, every: 500ms }`, 'must be between 1s and 7d'],
  ['an escape in a name', `{ id: a, ${tcp}, name: "\\e[2J" }`, 'holds a control character'],
  ['a name that turns its direction', `{ id: a, ${tcp}, name: "a\\u202Eb" }`, 'holds a control character'],
  ['a password in an address', '{ id: a, kind: http, url: "https://me:pw@nas/" }', 'holds a user name or password'],
  ['a variable that is not set', '{ id: a, kind: http, url: "http://n/", headers: { X: "${NO}" } }', 'needs NO, which'],
  ['half a pattern', '{ id: a, kind: http, url: "http://n/", contains: "/(/" }', 'is no regular expression'],
  ['a status that is none', '{ id: a, kind: http, url: "http://n/", status: 2xx }', 'must be a status such as 200'],
  ['a command line instead of words', '{ id: a, kind: command, command: "rm -rf x" }', 'must be a list of words'],
  ['an option as a unit', '{ id: a, kind: systemd, unit: "--version" }', 'is no name of a unit'],
  ['a process by nothing', '{ id: a, kind: process }', 'needs one of process, commandLine and pidfile'],
  ['a push without a time', '{ id: a, kind: push }', 'needs either every or schedule'],
  ['a schedule that cannot be', '{ id: a, kind: push, schedule: "61 * * * *" }', 'cannot be: minute'],
  ['a zone that is none', '{ id: a, kind: push, schedule: "1 * * * *", timezone: Mars/X }', 'is no IANA time zone'],
  ['another group', `{ id: a, ${tcp}, group: host }`, 'can only be mine'],
  [
    'a search where nothing is sent',
    '{ id: a, kind: http, url: "http://n/", method: HEAD, notContains: x }',
    'write GET',
  ],
  ['a bad id besides a bad kind', '{ id: A B, kind: htp }', 'must be small letters'],
  ['no map', 'just text', 'must be a map of names and values'],
])('%s is refused', (_name, entry, message) => {
  expect(faultsIn(`checks:\n  - ${entry}\n`).join('\n')).toContain(message);
});

test.each([
  ['nothing', '', 'The file is empty'],
  ['text', 'hello', 'The file must be a map'],
  ['a tab', 'checks:\n\t- a: 1', 'Tabs are not allowed'],
  ['a name that is there twice', 'checks: []\nchecks: []', 'Map keys must be unique'],
  ['two documents', '---\nchecks: []\n---\nchecks: []', 'multiple documents'],
  ['a cut file', 'checks:\n  - { id: a', 'Flow map'],
  ['deep brackets', `checks: ${'['.repeat(20_000)}`, 'line 1'],
  ['10,000 checks', `checks:\n${'  - {}\n'.repeat(10_000)}`, 'has 10000 entries; more than 500 are not taken'],
  ['10 MB', `checks: []\n#${'x'.repeat(10_485_760)}`, 'has more than 512 KB'],
])('%s is refused', (_name, text, message) => {
  expect(faultsIn(text).join('\n')).toContain(message);
});

test('a few lines that would unfold into a giant are refused', () => {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const bomb = levels.map((name, index) => {
    const inner = index === 0 ? 'x' : `*${levels[index - 1]}`;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
  });
  expect(faultsIn(bomb.join('\n')).join('\n')).toContain('Excessive alias count');
});

test('no value of the file stands in a fault', () => {
  const text = `checks:
  - { id: a, kind: http, url: "https://u:hunter2@h/", headers: { Authorization: [hunter2] }, contains: "/hunter2(/" }
  - { id: b, kind: hunter2, "bad": "hunter2 }
`;
  expect(faultsIn(text).join('\n')).not.toContain('hunter2');
  expect(faultsIn(text.replace('"hunter2 }', 'hunter2 }')).join('\n')).not.toContain('hunter2');
});

test('a thousand faults are told as fifty and a count', () => {
  const faults = faultsIn(`checks:\n${'  - { kind: tcp }\n'.repeat(400)}`);
  expect(faults).toHaveLength(51);
  expect(faults.at(-1)).toBe('and 1150 more');
});

test('the worst file of 500 checks is refused without holding up the heartbeat', () => {
  const file = (needs: (index: number, place: number) => string): string => {
    const dependsOn = (index: number) => Array.from({ length: 20 }, (_, place) => needs(index, place));
    const entry = (_: unknown, index: number) => ({ id: `c-${index}`, kind: 'tcp', dependsOn: dependsOn(index) });
    return JSON.stringify({ checks: Array.from({ length: 500 }, entry) });
  };
  const began = performance.now();
  expect(faultsIn(file((index, place) => `c-${(index + place + 1) % 500}`))).toHaveLength(51);
  expect(faultsIn(file((index, place) => `d-${index}-${place}`))).toHaveLength(51);
  expect(performance.now() - began).toBeLessThan(9000);
});

test('whatever the file holds, there are checks or faults, never an error', () => {
  const word = constantFrom(
    'checks',
    'id',
    'kind',
    'http',
    'push',
    'every',
    '30s',
    '[',
    ']',
    '{',
    '}',
    ':',
    '- ',
    '&a',
    '*a',
    '\n',
    '  ',
    ',',
    '"',
    '1',
  );
  assert(
    property(
      oneof(
        array(word).map((words) => words.join('')),
        string(),
      ),
      (text) => {
        expect(faultsIn(text).length).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 300 },
  );
  assert(
    property(jsonValue(), jsonValue(), (one, other) => {
      const text = JSON.stringify({ checks: [one, { kind: 'http', url: other }], maintenance: other });
      expect(faultsIn(text).length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('a check that the file pauses is paused, and says by what', () => {
  const check = checkOf({ kind: 'http', url: 'https://example.org/', paused: true });
  expect(check.paused).toEqual({ en: 'Paused in checks.yaml', nl: 'Gepauzeerd in checks.yaml' });
  expect(checkOf({ kind: 'http', url: 'https://example.org/' }).paused).toBeUndefined();
});
