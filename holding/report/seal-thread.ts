import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { seal, type Sealed, type ToSeal } from './envelope.ts';
import { envelopeError, type EnvelopeCode } from './envelope/errors.ts';
import { nativeSha512 } from './native-sha512.ts';

/** What the thread answers: an error does not come through whole. */
export type Answer = { readonly sealed: Sealed } | { readonly code: EnvelopeCode; readonly message: string };

/** Below this, sealing holds the event loop for 20 ms; a thread takes ten times that to begin. */
const aloneBelowBytes = 512 * 1024;

/** Seals a report, a large one in a thread of its own. @throws OmegaError as `seal` */
export async function sealAside(toSeal: ToSeal, signal: AbortSignal): Promise<Sealed> {
  signal.throwIfAborted();
  if (toSeal.body.length < aloneBelowBytes) return seal(toSeal, { sha512: nativeSha512 });
  await using worker = new Worker(new URL('seal-worker.ts', import.meta.url), { workerData: toSeal, env: {} });
  const [answer]: Answer[] = await once(worker, 'message', { signal });
  if (answer === undefined) throw new Error('The thread that seals said nothing');
  if ('sealed' in answer) return answer.sealed;
  throw envelopeError(answer.code, answer.message);
}
