import { ToolError, type Delivery } from './tool-error.ts';

/** The most that any message of a server may hold, besides its bytes; both far above what a real one needs. */
export const bounds = { depth: 64, items: 100_000 } as const;

/**
 * What is over a bound in a parsed JSON value, in words; null where nothing is. It walks without recursion, so it is
 * safe on what would overflow the stack of code that comes after it.
 */
export function overBounds(value: unknown): string | null {
  let level = [value].filter(isContainer);
  let items = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > bounds.depth) return `it is nested deeper than ${bounds.depth} levels`;
    const next: object[] = [];
    for (const container of level) {
      const children: unknown[] = Array.isArray(container) ? container : Object.values(container);
      items += children.length;
      if (items > bounds.items) return `it holds more than ${bounds.items} items`;
      for (const child of children) if (isContainer(child)) next.push(child);
    }
    level = next;
  }
  return null;
}

/** The fault of an answer that is over a bound. */
export function tooLarge(excess: string, delivery: Delivery): ToolError {
  return new ToolError(`The server's answer is too large: ${excess}`, { kind: 'too-large', delivery });
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
