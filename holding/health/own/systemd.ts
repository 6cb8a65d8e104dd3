import { tmpdir } from 'node:os';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Check, Finding } from '../check.ts';
import { runToEnd, usualVariables } from './bounded-run.ts';
import { line } from './parts.ts';

/** What an entry of the kind `systemd` says besides. */
export const systemdKeys = {
  kind: z.literal('systemd'),
  unit: line(255).regex(/^[A-Za-z0-9][A-Za-z0-9:_.\\@-]*$/, 'is no name of a unit, such as nginx.service'),
  /** A unit of this user's own, not of the whole machine's. */
  user: z.boolean({ error: 'must be true or false' }).default(false),
};

/** Which unit, and the program that knows of it. */
export interface SystemdOptions {
  readonly unit: string;
  readonly user: boolean;
  readonly systemctl?: string;
}

const asked = 'LoadState,ActiveState,SubState,Result,Type,ExecMainExitTimestampMonotonic';
const variables = new Set([...usualVariables, 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS']);
const maxOutputBytes = 65_536;

/** Asks systemd how a unit is; it changes nothing and needs no rights. */
export function systemdRun({ unit, user, systemctl = 'systemctl' }: SystemdOptions): Check['run'] {
  const argv = [systemctl, ...(user ? ['--user'] : []), 'show', '--no-pager', '-p', asked, '--', unit];
  return async ({ signal }) => {
    try {
      const ran = await runToEnd({ argv, cwd: tmpdir(), maxOutputBytes, signal, variables });
      if (ran.exitCode !== 0) return cannotSay(ran.output.split('\n')[0]?.slice(0, 120) ?? '');
      return judge(unit, Object.fromEntries(ran.output.split('\n').map(pair)));
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) !== 'ENOENT') throw error;
      return { status: 'unknown', reason: { en: 'There is no systemd here', nl: 'Er is hier geen systemd' } };
    }
  };
}

const saidNothing: Finding = {
  status: 'unknown',
  reason: { en: 'systemd said nothing of it', nl: 'systemd zei er niets over' },
};

function pair(text: string): [string, string] {
  const [name = '', ...rest] = text.trim().split('=');
  return [name, rest.join('=')];
}

function cannotSay(why: string): Finding {
  return { status: 'unknown', reason: { en: `systemd cannot say: ${why}`, nl: `systemd kan het niet zeggen: ${why}` } };
}

function judge(unit: string, state: Readonly<Record<string, string>>): Finding {
  const { LoadState: load, ActiveState: active = '', SubState: sub = '', Result: result = '' } = state;
  if (load === undefined || active === '') return saidNothing;
  if (load === 'not-found') return fail({ en: `There is no unit ${unit}`, nl: `Er is geen unit ${unit}` });
  if (load === 'masked') return fail({ en: `${unit} is masked`, nl: `${unit} is gemaskeerd` });
  const seen = `${active} (${sub})`;
  if (active === 'active') return { status: 'ok', reason: seen };
  if (['activating', 'reloading', 'refreshing', 'maintenance'].includes(active))
    return { status: 'warn', reason: seen };
  if (active === 'inactive' && hasDoneItsWork(state))
    return {
      status: 'ok',
      reason: { en: 'Done, and waits for its next time', nl: 'Klaar, wacht op de volgende keer' },
    };
  return fail(result === '' || result === 'success' ? seen : `${seen}: ${result}`);
}

/** A unit that a timer starts is not active in between. */
function hasDoneItsWork({
  Type,
  Result,
  ExecMainExitTimestampMonotonic: ended,
}: Readonly<Record<string, string>>): boolean {
  return Type === 'oneshot' && Result === 'success' && Number(ended ?? 0) > 0;
}

function fail(reason: Words): Finding {
  return { status: 'fail', explicit: true, reason };
}
