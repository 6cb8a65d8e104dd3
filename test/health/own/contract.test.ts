import { describe } from 'vitest';
import { egressCheck } from '#holding/health/checks/egress.ts';
import * as catalogue from '#holding/health/checks/index.ts';
import { describeCheck } from '../../contract/check.ts';
import { checkOf } from '../../support/own-checks.ts';

const closedPort = 1;

describe('an owner’s check', () => {
  describeCheck({ name: 'http', check: checkOf({ kind: 'http', url: `http://127.0.0.1:${closedPort}/` }) });
  describeCheck({ name: 'tcp', check: checkOf({ kind: 'tcp', host: '127.0.0.1', port: closedPort }) });
  describeCheck({
    name: 'dns',
    check: checkOf({ kind: 'dns', host: 'example.org', server: `127.0.0.1:${closedPort}`, timeout: '1s' }),
  });
  describeCheck({ name: 'process', check: checkOf({ kind: 'process', process: 'no-such-process' }) });
  describeCheck({ name: 'systemd', check: checkOf({ kind: 'systemd', unit: 'no-such-unit.service' }) });
  describeCheck({ name: 'command', check: checkOf({ kind: 'command', command: ['true'] }) });
  describeCheck({ name: 'push', check: checkOf({ kind: 'push', every: '1d' }) });
  describeCheck({ name: 'one that is paused', check: checkOf({ kind: 'push', every: '1d', paused: true }) });
});

describe('a built-in check', () => {
  for (const [name, check] of Object.entries(catalogue)) {
    // A test asks nothing of the internet: this one knocks at its own door.
    const isOutside = check.id === 'egress';
    describeCheck({ name, check: isOutside ? egressCheck([{ host: '127.0.0.1', port: closedPort }]) : check });
  }
});
