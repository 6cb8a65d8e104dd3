/** A process with a hub that is killed at the very moment in which it has started a server's process. */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type childProcess from 'node:child_process';

const builtin: typeof childProcess = createRequire(import.meta.url)('node:child_process');
const { spawn } = builtin;
builtin.spawn = ((...call: Parameters<typeof spawn>) => {
  spawn(...call);
  process.kill(process.pid, 'SIGKILL');
}) as typeof spawn;
syncBuiltinESMExports();
await import('./hub-owner.ts');
