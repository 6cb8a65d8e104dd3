import { join } from 'node:path';

/** Where the package of an installed server lies, below the server's own folder; `mcp.json` names it too. */
export function installedPackage(folder: string, name: string): string {
  return join(folder, 'package', 'node_modules', name);
}
