import type { OmegaError } from '#lib/errors.ts';
import type { OwnedHub } from './create-hub.ts';
import { ToolError } from './tool-error.ts';

/** Stands where the hub cannot be opened, so that all else of Omega runs: it has no servers, and every call says why. */
export function closedHub(fault: OmegaError): OwnedHub {
  const refuse = async (): Promise<never> => {
    throw fault;
  };
  return {
    call: async () => {
      throw new ToolError('No tool can be called', {
        kind: 'denied',
        delivery: 'not-sent',
        cause: fault,
        ...(fault.hint === undefined ? {} : { hint: fault.hint }),
      });
    },
    catalogue: async () => [],
    servers: () => [],
    probe: refuse,
    look: refuse,
    tools: refuse,
    approve: refuse,
    [Symbol.asyncDispose]: async () => {},
  };
}
