import type { Say } from '#lib/language.ts';
import type { Alert } from '../store/alerts.ts';

/** Several alerts as a person is told them at once. */
export interface Message {
  readonly title: string;
  /** A line a fact; empty lines between alerts. */
  readonly text: string;
  /** Whether it may make a noise: one of them may. */
  readonly sound: boolean;
}

/** Puts alerts into one message, in their order. Of a cause that is over meanwhile, only the end is told. */
export function messageOf(alerts: readonly Alert[], say: Say): Message {
  const told = alerts.filter((one, index) => !isOver(one, alerts.slice(index + 1)));
  const sound = told.some((one) => one.sound);
  const [first, ...others] = told;
  if (first === undefined) return { title: '', text: '', sound };
  if (others.length === 0) return { title: first.title, text: first.body, sound };
  const text = told.map(({ title, body }) => [title, body].filter((part) => part !== '').join('\n')).join('\n\n');
  return { title: say({ en: `${told.length} messages`, nl: `${told.length} berichten` }), text, sound };
}

function isOver({ kind, incident, check }: Alert, later: readonly Alert[]): boolean {
  if (kind === 'flapping') return later.some((one) => one.kind === 'settled' && one.check === check);
  if (kind !== 'opened' && kind !== 'again') return false;
  return later.some((one) => one.incident === incident && ['again', 'ended', 'settled'].includes(one.kind));
}
