import { messageOf } from '#lib/errors.ts';
import { parseRecipients } from '../envelope/recipients.ts';
import type { OutboxOptions } from './outbox-options.ts';

/** The owner's keys from what was given; a fault of theirs seals nothing, and ends nothing. None given is no fault. */
export function reportKeys(given: string | undefined): OutboxOptions['keys'] {
  if (given === undefined) return { recipients: [], fault: null };
  try {
    return { recipients: parseRecipients(given), fault: null };
  } catch (error) {
    return { recipients: [], fault: messageOf(error) };
  }
}
