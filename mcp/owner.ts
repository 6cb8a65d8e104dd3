import { startTicksOf } from './descendants.ts';
import { codeOf } from '#lib/errors.ts';

/** This process, as another one can find out whether it still runs: a pid alone may be another's by then. */
export const self = `${process.pid}:${startTicksOf(process.pid) ?? ''}`;

/** Whether the process that is named so still runs. */
export function isAlive(owner: string): boolean {
  const [pid = '', ticks = ''] = owner.split(':');
  if (!/^[1-9]\d*$/.test(pid)) return false;
  if (ticks !== '') return startTicksOf(Number(pid)) === ticks;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return codeOf(error) === 'EPERM'; // It is there, and somebody else's.
  }
}
