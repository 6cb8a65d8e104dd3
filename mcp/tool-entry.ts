import type { ListedTool } from './connect.ts';
import type { ToolEntry } from './hub.ts';

/** A tool as a catalogue shows it. Its name is qualified; what it gives out is read when it comes. */
export function toEntry(server: string, { name, raw }: ListedTool): ToolEntry {
  const { title, description, inputSchema } = raw;
  return {
    name: `${server}.${name}`,
    title: typeof title === 'string' ? title : null,
    description: typeof description === 'string' ? description : null,
    inputSchema: isRecord(inputSchema) ? inputSchema : {},
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
