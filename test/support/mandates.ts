import { formHash } from '#holding/swarm/mandate-form.ts';
import type { MandateStanding } from '#holding/swarm/mandate-standing.ts';
import type { Mandates } from '#holding/swarm/mandate-store.ts';

/** The owner's word for a mandate as it is now. */
export async function approveAsItIs(mandates: Mandates, unit = 'marketing'): Promise<MandateStanding> {
  const { form } = await mandates.standing(unit);
  if (form === null) throw new Error(`The mandate of ${unit} does not parse.`);
  return mandates.approve(unit, formHash(form));
}
