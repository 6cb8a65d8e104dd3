import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '#lib/errors.ts';
import { seal, type ToSeal } from './envelope.ts';
import { envelopeCodeOf } from './envelope/errors.ts';
import { nativeSha512 } from './native-sha512.ts';
import type { Answer } from './seal-thread.ts';

const toSeal: ToSeal = workerData;
const answer = answerTo(toSeal);
parentPort?.postMessage(answer, []);

function answerTo(what: ToSeal): Answer {
  try {
    return { sealed: seal(what, { sha512: nativeSha512 }) };
  } catch (error) {
    const code = envelopeCodeOf(error);
    if (code === undefined) throw error;
    return { code, message: messageOf(error) };
  }
}
