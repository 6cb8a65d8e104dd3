import { ToolError, type Delivery } from './tool-error.ts';

/** The same failure in other words, or with what is known better of its delivery. What caused it is told by its message. */
export function retell(
  error: ToolError,
  { message = error.message, delivery = error.delivery, hint = error.hint }: RetellOptions,
): ToolError {
  const { kind, retryAfterMs } = error;
  return new ToolError(message, {
    kind,
    delivery,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

interface RetellOptions {
  readonly message?: string;
  readonly delivery?: Delivery;
  readonly hint?: string | undefined;
}
