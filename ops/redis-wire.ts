import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Asks a Redis on a unix socket, each command after the other, and resolves to the first line of each answer, such as
 * `+PONG` or `-LOADING …`; fewer lines where it closed the connection. Only for commands that answer in one line: the
 * supervisor must ask after Redis without the queue's client.
 * @throws the socket's own error, such as ECONNREFUSED, or the signal's reason.
 */
export async function askRedis(
  socketPath: string,
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<string[]> {
  signal.throwIfAborted();
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect', { signal });
    socket.write(commands.map(encode).join(''));
    return await firstLines(socket, commands.length, signal);
  } finally {
    socket.destroy();
  }
}

async function firstLines(socket: Socket, count: number, signal: AbortSignal): Promise<string[]> {
  const lines = createInterface({ input: socket });
  const close = (): void => lines.close(); // A socket that is destroyed does not by itself end the lines.
  socket.once('close', close);
  signal.addEventListener('abort', close, { once: true });
  const answers: string[] = [];
  for await (const line of lines) if (answers.push(line) === count) break;
  signal.removeEventListener('abort', close);
  signal.throwIfAborted();
  return answers;
}

function encode(command: readonly string[]): string {
  const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${command.length}\r\n${words.join('')}`;
}
