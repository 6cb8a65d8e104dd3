import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';

/** A client's longest message; questions are short. */
const maxRequestBodySize = 256 * 1024;

/**
 * Answers one request of Streamable HTTP with JSON, without a session: the server lives as long as the request, and
 * what it does ends when the client hangs up.
 */
export async function answerOverHttp(server: McpServer, request: Request): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true, maxRequestBodySize });
  await server.connect(transport);
  const hungUp = Promise.withResolvers<Response>();
  const hangUp = (): void => hungUp.resolve(new Response(null, { status: 499 })); // Nobody reads it.
  request.signal.addEventListener('abort', hangUp, { once: true });
  try {
    return await Promise.race([transport.handleRequest(request), hungUp.promise]);
  } finally {
    request.signal.removeEventListener('abort', hangUp);
    await server.close();
  }
}
