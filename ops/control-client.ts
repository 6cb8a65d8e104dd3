import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { OmegaError } from '#lib/errors.ts';
import type { ControlRequest } from './control.ts';
import { ServiceStatus } from './status.ts';

/** The supervisor, as other processes reach it. Each call rejects with `E_NO_SUPERVISOR` where none answers. */
export interface ControlClient {
  readonly services: (signal: AbortSignal) => Promise<readonly ServiceStatus[]>;
  readonly restart: (service: string, signal: AbortSignal) => Promise<void>;
  readonly pause: (service: string, signal: AbortSignal) => Promise<void>;
  readonly resume: (service: string, signal: AbortSignal) => Promise<void>;
  readonly stop: (signal: AbortSignal) => Promise<void>;
  /** How each service stands now, and then each change, until the supervisor ends or the signal is aborted. */
  readonly watch: (signal: AbortSignal) => AsyncIterable<ServiceStatus>;
}

const Answer = z.union([
  z.object({ ok: z.literal(true), services: z.array(ServiceStatus) }),
  z.object({ ok: z.literal(true), change: ServiceStatus }),
  z.object({ ok: z.literal(false), message: z.string(), code: z.string().optional(), hint: z.string().optional() }),
]);

/** A supervisor that does not answer within this many milliseconds counts as none. */
const answerTimeoutMs = 5000;

/** Speaks to the supervisor over its control socket; a connection a call. */
export function createControlClient(socketPath: string): ControlClient {
  const ask = async (request: ControlRequest, signal: AbortSignal): Promise<readonly ServiceStatus[]> => {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    for await (const services of answers(socketPath, request, patience)) return services;
    signal.throwIfAborted();
    throw noSupervisor(patience.reason);
  };
  return {
    services: (signal) => ask({ verb: 'status' }, signal),
    restart: async (service, signal) => void (await ask({ verb: 'restart', service }, signal)),
    pause: async (service, signal) => void (await ask({ verb: 'pause', service }, signal)),
    resume: async (service, signal) => void (await ask({ verb: 'resume', service }, signal)),
    stop: async (signal) => void (await ask({ verb: 'stop' }, signal)),
    watch: async function* (signal) {
      for await (const services of answers(socketPath, { verb: 'watch' }, signal)) yield* services;
    },
  };
}

async function* answers(
  socketPath: string,
  request: ControlRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly ServiceStatus[]> {
  const socket = await open(socketPath, signal);
  const lines = createInterface({ input: socket });
  const close = (): void => lines.close(); // A socket that is destroyed does not by itself end the lines.
  socket.once('close', close);
  signal.addEventListener('abort', close, { once: true });
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of lines) yield parseAnswer(line);
  } finally {
    signal.removeEventListener('abort', close);
    socket.destroy();
  }
}

async function open(socketPath: string, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw noSupervisor(error);
  }
  return socket.on('error', () => socket.destroy()); // The stream of answers then ends, which says it.
}

function parseAnswer(line: string): readonly ServiceStatus[] {
  const answer = Answer.parse(JSON.parse(line));
  if (!answer.ok) {
    throw new OmegaError(answer.message, {
      code: answer.code ?? 'E_CONTROL',
      exitCode: answer.code === 'E_USAGE' ? 2 : 1,
      ...(answer.hint === undefined ? {} : { hint: answer.hint }),
    });
  }
  return 'change' in answer ? [answer.change] : answer.services;
}

function noSupervisor(cause: unknown): OmegaError {
  return new OmegaError('Omega does not run here: no supervisor answers.', {
    code: 'E_NO_SUPERVISOR',
    hint: 'Start it with npm start.',
    cause,
  });
}
