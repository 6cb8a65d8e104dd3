import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** What a call came with: values as they were given, a file as a `File`. */
export type Params = Readonly<Record<string, unknown>>;

/** Beside a file of the greatest size there is room for the rest of a call. */
const besideBytes = 64 * 1024;

/** Reads them as the API takes them: from the query, JSON, a form or a form with files. @throws Refusal 413 */
export async function readParams(request: IncomingMessage, mostBytes: number): Promise<Params> {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
  const body = await readBody(request, mostBytes + besideBytes);
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0) return query;
  if (type.startsWith('application/json')) return { ...query, ...parseJson(body.toString()) };
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return { ...query, ...Object.fromEntries(form) };
}

/** All of it, for one who still writes does not read; only what is too much is thrown away. */
async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= most) chunks.push(chunk as Buffer);
  }
  if (bytes > most) throw new Refusal(413, 'Request Entity Too Large');
  return Buffer.concat(chunks);
}

function parseJson(text: string): Params {
  try {
    return JSON.parse(text) as Params;
  } catch {
    throw new Refusal(400, "Bad Request: can't parse JSON object");
  }
}

/** A value that may stand as JSON in a form. */
export function jsonParam(value: unknown): unknown {
  return typeof value === 'string' ? parseJson(value) : value;
}
