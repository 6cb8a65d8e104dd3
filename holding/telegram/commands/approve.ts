import { formDifference, formHash } from '../../swarm/mandate-form.ts';
import type { MandateStanding } from '../../swarm/mandate-standing.ts';
import type { Mandates } from '../../swarm/mandate-store.ts';
import { confirmation, type Asked, type Command, type Reply } from '../command.ts';
import { shownHashLength } from '../deeds.ts';
import type { JobEnd, Perform } from '../needs.ts';
import { escapeHtml } from '../split.ts';

export interface ApproveNeeds {
  readonly mandates: Pick<Mandates, 'units' | 'standing'>;
  readonly perform: Perform;
}

/** Shows what a unit asks to be allowed, and approves exactly that. */
export function approveCommand({ mandates, perform }: ApproveNeeds): Command {
  return {
    name: 'approve',
    usage: '[unit]',
    summary: { en: 'What waits for your approval', nl: 'Wat op je goedkeuring wacht' },
    isDeed: true,
    run: async (asked) => {
      const [unit] = asked.words;
      if (mandates.units.some(({ id }) => id === unit)) return show(await mandates.standing(unit ?? ''), asked);
      return list(await Promise.all(mandates.units.map(({ id }) => mandates.standing(id))), asked);
    },
    confirmed: async (asked) => {
      const { words, id, signal } = asked;
      const [unit = '', hash = ''] = words;
      const end = await perform('bot-command', { do: 'approve', unit, hash: unpacked(hash) }, { id, signal });
      return { html: ended(unit, end, asked) };
    },
  };
}

/** Its approval is missing, or ends soon. */
function waits({ state, form, expiresSoon }: MandateStanding): boolean {
  return form !== null && (state === 'unapproved' || state === 'expired' || expiresSoon);
}

function list(all: readonly MandateStanding[], { say }: Asked): Reply {
  const lines = all.filter(waits).map(({ unit }) => `/approve ${unit.id}`);
  if (lines.length === 0)
    return { html: say({ en: 'Nothing waits for your approval.', nl: 'Er wacht niets op je goedkeuring.' }) };
  return {
    html: [say({ en: 'These wait for your approval:', nl: 'Dit wacht op je goedkeuring:' }), ...lines].join('\n'),
  };
}

function show(standing: MandateStanding, asked: Asked): Reply {
  const { unit, form, approvedForm } = standing;
  const { say } = asked;
  if (form === null) {
    const check = `<code>npm run mandate -- check ${unit.id}</code>`;
    return {
      html: say({
        en: `The mandate has a fault or is not there: ${check}`,
        nl: `Het mandaat heeft een fout of is er niet: ${check}`,
      }),
    };
  }
  if (!waits(standing)) return list([], asked);
  const hash = formHash(form);
  const buttons = confirmation('approve', [unit.id, packed(hash)], asked);
  const { removed, added } = formDifference(approvedForm, form);
  const html = [
    `<b>${escapeHtml(unit.name)}</b>`,
    ...removed.map((line) => `− ${escapeHtml(line)}`),
    ...added.map((line) => `+ ${escapeHtml(line)}`),
    ...(removed.length + added.length === 0
      ? [say({ en: 'Nothing changed: another year.', nl: 'Niets veranderd: nog een jaar.' })]
      : []),
    `<code>${hash}</code>`,
    say(buttons === null ? byHand : { en: 'Approve this for a year?', nl: 'Dit een jaar goedkeuren?' }),
  ].join('\n');
  return buttons === null ? { html } : { html, buttons };
}

const byHand = {
  en: 'Its name is too long for a button: <code>npm run mandate -- approve</code>',
  nl: 'De naam is te lang voor een knop: <code>npm run mandate -- approve</code>',
};

/** A button carries half of the hash, in as few letters as can be. */
function packed(hash: string): string {
  return Buffer.from(hash.slice(0, shownHashLength), 'hex').toString('base64url');
}

function unpacked(text: string): string {
  return Buffer.from(text, 'base64url').toString('hex');
}

function ended(unit: string, end: JobEnd, { say }: Asked): string {
  const name = escapeHtml(unit);
  if (end.state === 'done' && end.result === 'approved')
    return say({ en: `✅ The mandate of ${name} is approved.`, nl: `✅ Het mandaat van ${name} is goedgekeurd.` });
  if (end.state === 'done')
    return say({
      en: `The mandate of ${name} was changed while you looked, so nothing was approved. Look again: /approve ${name}`,
      nl: `Het mandaat van ${name} is intussen veranderd, dus er is niets goedgekeurd. Kijk opnieuw: /approve ${name}`,
    });
  if (end.state === 'failed')
    return say({
      en: '❌ It could not be approved: <code>npm run mandate</code>',
      nl: '❌ Goedkeuren lukte niet: <code>npm run mandate</code>',
    });
  return say({
    en: 'It is passed on; /approve shows whether it was done.',
    nl: 'Het is doorgegeven; /approve laat zien of het gebeurd is.',
  });
}
