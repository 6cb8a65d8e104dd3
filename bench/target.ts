import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** Something to look at: a web server in a process of its own, whose processor time is not the looker's. */
export interface Target extends AsyncDisposable {
  readonly url: string;
  /** From now on it answers for this path with status 503. */
  readonly sicken: (path: string) => void;
}

/** Starts it on a port of the system's choice. */
export async function startTarget(): Promise<Target> {
  const child = fork(import.meta.filename);
  const [port] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}/`,
    sicken: (path) => child.send(path),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The process itself. */
function serve(): void {
  const ill = new Set<unknown>();
  process.on('message', (path) => ill.add(path));
  process.once('disconnect', () => process.exit(0));
  const server = createServer(({ url }, response) => response.writeHead(ill.has(url) ? 503 : 200).end('fine\n'));
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : address);
  });
}

if (import.meta.main) serve();
