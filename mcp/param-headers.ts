const annotation = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const types = new Set<unknown>(['string', 'integer', 'boolean']);
/** Their values are data and no schemas, whatever they look like. */
const dataKeywords = new Set(['const', 'default', 'enum', 'examples']);

/**
 * Why a tool's schema asks for a header in a way that the protocol forbids, so that the tool must not be used over
 * HTTP; null where it does not. Revision 2026-07-28: a name that may stand in a header, once, on a plain property that
 * is reached through `properties` alone.
 */
export function paramHeaderFault(inputSchema: unknown): string | null {
  const seen = new Set<string>();

  function faultIn(node: unknown, isReachable: boolean): string | null {
    if (typeof node !== 'object' || node === null) return null;
    const own = Array.isArray(node) ? null : faultOf(node, isReachable);
    if (own !== null) return own;
    for (const [keyword, child] of Object.entries(node)) {
      const fault = faultUnder(keyword, child, isReachable);
      if (fault !== null) return fault;
    }
    return null;
  }

  function faultUnder(keyword: string, child: unknown, isReachable: boolean): string | null {
    if (dataKeywords.has(keyword)) return null;
    if (keyword !== 'properties' || typeof child !== 'object' || child === null) return faultIn(child, false);
    return Object.values(child).reduce<string | null>((fault, schema) => fault ?? faultIn(schema, isReachable), null);
  }

  function faultOf(schema: object, isReachable: boolean): string | null {
    if (!(annotation in schema)) return null;
    const name = schema[annotation];
    if (!isReachable || schema === inputSchema) return `${annotation} stands where no plain argument is`;
    if (typeof name !== 'string' || !token.test(name)) return `${annotation} is no name of a header`;
    if (!('type' in schema) || !types.has(schema.type)) return `${annotation} ${name} is on no plain type`;
    if (seen.has(name.toLowerCase())) return `${annotation} ${name} is there twice`;
    seen.add(name.toLowerCase());
    return null;
  }

  return faultIn(inputSchema, true);
}
