import { runCommand } from '../../../scripts/command.ts';
import { serveOwnMcpOverStdio } from '../../../scripts/own-mcp.ts';

// Omega's own MCP server as a process, as `npm run mcp -- serve` starts it.
await runCommand({
  name: 'own-serve',
  summary: "Omega's own MCP server over standard input and output",
  help: [],
  options: {},
  run: ({ signal }) => serveOwnMcpOverStdio(signal),
});
