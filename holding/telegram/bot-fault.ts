import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import { redact } from '#lib/log.ts';
import { BotFault, type BotFaultKind } from './transport.ts';

/** What is known of a call that failed. */
export interface FailedCall {
  readonly method: string;
  readonly error: unknown;
  /** Whether anything of it can have arrived. */
  readonly wasOpen: boolean;
  /** Of the answer; null: none came. */
  readonly status: number | null;
  /** Set where its time was over. */
  readonly lateAfterMs: number | null;
  readonly secrets: readonly string[];
}

/** An answer in which the API itself says no. */
const Refusal = z.object({
  response: z.object({
    error_code: z.int(),
    description: z.string().default(''),
    parameters: z
      .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.union([z.int(), z.string()]).optional() })
      .optional(),
  }),
});
type Refusal = z.infer<typeof Refusal>['response'];

const longestReason = 200;
/** Where Telegram gives no time itself. */
const usualWaitS = 5;

/** Names what became of a call, without a word of what was sent: telegraf's errors carry it, and the token. */
export function faultOf(failed: FailedCall): BotFault {
  const refusal = Refusal.safeParse(failed.error);
  if (refusal.success) return refused(refusal.data.response, failed);
  const { method, status, lateAfterMs, wasOpen } = failed;
  if (status !== null) {
    return new BotFault(`Telegram's answer to ${method} is none of its own: ${status}, and not to be read`, {
      kind: status >= 500 ? 'unreachable' : 'unanswered',
      status,
    });
  }
  const late = lateAfterMs === null ? null : `nothing within ${lateAfterMs / 1000} s`;
  const why = late ?? codeOf(failed.error) ?? 'the connection broke off';
  if (!wasOpen) return new BotFault(`Telegram cannot be reached for ${method}: ${why}`, { kind: 'unreachable' });
  return new BotFault(`Telegram did not answer ${method}: ${why}`, { kind: 'unanswered' });
}

function refused({ error_code: status, description, parameters }: Refusal, failed: FailedCall): BotFault {
  const kind = kindOf(status, description);
  const migratedTo = parameters?.migrate_to_chat_id;
  return new BotFault(`Telegram refused ${failed.method}: ${status} ${saidOf(description, failed.secrets)}`.trim(), {
    kind,
    status,
    retryAfterMs: kind === 'wait' ? (parameters?.retry_after ?? usualWaitS) * 1000 : 0,
    migratedTo: migratedTo === undefined ? null : String(migratedTo),
  });
}

/** `Not Found` alone is of the bot itself: a token that never was one. */
function kindOf(status: number, description: string): BotFaultKind {
  if (status === 401 || (status === 404 && description === 'Not Found')) return 'unauthorized';
  if (status === 409) return 'conflict';
  if (status === 429) return 'wait';
  return status >= 500 ? 'unreachable' : 'refused';
}

/** What it quotes is of what was sent. */
function saidOf(description: string, secrets: readonly string[]): string {
  const plain = redact(description, secrets)
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return plain.slice(0, longestReason);
}
