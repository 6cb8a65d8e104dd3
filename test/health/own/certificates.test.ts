import { expect, test } from 'vitest';
import type { Told } from '#holding/health/check.ts';
import { makeAuthority, type Validity } from '../../support/authority.ts';
import { temporaryFolder } from '../../support/health.ts';
import { checkOf, look } from '../../support/own-checks.ts';

const dayMs = 86_400_000;

interface Shown {
  readonly hosts?: readonly string[];
  readonly valid?: Validity;
  readonly trusted?: boolean;
  readonly more?: Readonly<Record<string, unknown>>;
}

async function lookAtShown({ hosts = ['localhost'], valid = {}, trusted = true, more = {} }: Shown): Promise<Told> {
  using folder = temporaryFolder();
  const authority = await makeAuthority(folder.path);
  await using server = await authority.serve(hosts, (_request, response) => response.end('hello'), valid);
  const url = `https://localhost:${server.port}/`;
  return await look(checkOf({ kind: 'http', url, ...(trusted ? { ca: authority.caFile } : {}), ...more }));
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * dayMs);
}

test('a certificate of a trusted authority is well', async () => {
  expect(await lookAtShown({})).toMatchObject({ status: 'ok', reason: 'Answered 200' });
});

test('one that ends within the days is told of', async () => {
  const valid = { notBeforeDate: daysFromNow(-10), notAfterDate: daysFromNow(7.5) };
  expect(await lookAtShown({ valid })).toMatchObject({ status: 'warn', reason: 'The certificate ends in 7 days' });
  expect(await lookAtShown({ valid, more: { certificateDays: 5 } })).toMatchObject({ status: 'ok' });
  const tomorrow = { notBeforeDate: daysFromNow(-10), notAfterDate: daysFromNow(1.5) };
  expect(await lookAtShown({ valid: tomorrow })).toMatchObject({ reason: 'The certificate ends in 1 day' });
});

test('one that has expired is down without a doubt', async () => {
  const valid = { notBeforeDate: daysFromNow(-10), notAfterDate: daysFromNow(-1) };
  expect(await lookAtShown({ valid })).toMatchObject({
    status: 'fail',
    explicit: true,
    reason: 'The certificate has expired',
  });
});

test('one of another host is down', async () => {
  expect(await lookAtShown({ hosts: ['elsewhere.test'] })).toMatchObject({
    status: 'fail',
    explicit: true,
    reason: 'The certificate is of another host',
  });
});

test('one of an authority that nobody here trusts is down', async () => {
  expect(await lookAtShown({ trusted: false })).toMatchObject({ status: 'fail', explicit: true });
});

test('an authority whose file is gone leaves it unknown', async () => {
  const found = await lookAtShown({ trusted: false, more: { ca: '/nonexistent/ca.pem' } });
  expect(found.status).toBe('unknown');
});
