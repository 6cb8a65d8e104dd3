import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { ask, embedFault, textFaults, type Question } from './ask.ts';
import type { Embedder } from './embedder.ts';
import type { Protocol } from './protocol.ts';

export interface RemoteOptions {
  readonly protocol: Protocol;
  /** As it stands in the name of a collection. */
  readonly space: string;
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

const mostTexts = 64;
/** All texts of one request together: some 20,000 tokens. */
const mostCharacters = 60_000;
/** A text is cut no shorter than this for a model that finds it too long. */
const fewestCharacters = 200;

/** A text that every model has a vector for. */
const sample = 'dimensions';
/** More than any model has. */
const mostDimensions = 16_384;

/**
 * A document may wait, for a model may first have to be loaded; somebody waits for a question to be answered, which is
 * asked again only because the other end may have closed an idle connection.
 */
const patience = {
  document: { tries: 3, timeoutMs: 120_000, longestPauseMs: 20_000 },
  query: { tries: 2, timeoutMs: 5000, longestPauseMs: 1000 },
} as const;

/**
 * A model behind HTTP. A text that it finds too long is known by its beginning: Ollama cuts none any more since 0.13.5
 * (ollama/ollama#14186). One that it answers with no numbers, as bge-m3 there does now and then, is cut as well.
 */
export function createRemoteEmbedder(options: RemoteOptions): Embedder {
  const { protocol, space, model } = options;
  const common = { ...options, url: addressOf(options), missing: protocol.missing(model) };
  let known: number | null = null;

  async function vectorsOf(texts: readonly string[], purpose: Purpose, signal: AbortSignal): Promise<Float32Array[]> {
    const question = { ...common, ...patience[purpose], body: protocol.body(model, texts) };
    try {
      const vectors = read(await ask(question, signal), texts.length, question);
      known = sameLength(vectors, known, question);
      return vectors;
    } catch (error) {
      const code = codeOf(error);
      if (code !== textFaults.tooLong && code !== textFaults.noNumber) throw error;
      const parts = shorter(texts);
      if (parts === null && code === textFaults.noNumber && texts[0] !== sample)
        // Nothing is known of such a text, and the others need not wait for it.
        return [new Float32Array(await dimensions(signal))];
      if (parts === null)
        throw embedFault(question, `cannot take even ${fewestCharacters} characters`, { permanent: true });
      const found: Float32Array[] = [];
      for (const part of parts) found.push(...(await vectorsOf(part, purpose, signal)));
      return found;
    }
  }

  async function dimensions(signal: AbortSignal): Promise<number> {
    return known ?? (await vectorsOf([sample], 'document', signal))[0]?.length ?? 0;
  }

  return {
    space,
    dimensions,
    embed: async (texts, purpose, signal) => {
      const found: Float32Array[] = [];
      for (const batch of batchesOf(texts)) found.push(...(await vectorsOf(batch, purpose, signal)));
      return found;
    },
  };
}

interface Inquiry extends Question {
  readonly protocol: Protocol;
  readonly model: string;
}

type Purpose = keyof typeof patience;

/** The path is added to that of the address, whose query stays. */
function addressOf({ protocol, url }: RemoteOptions): URL {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}${protocol.path}`;
  return address;
}

/** As many at once as one request may hold; a text is never divided. */
function batchesOf(texts: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= mostTexts || text.length > room) {
      batches.push([text]);
      room = mostCharacters - text.length;
    } else {
      last.push(text);
      room -= text.length;
    }
  }
  return batches;
}

/** Two halves of several texts, or the first half of a single one; null where that would leave too little. */
function shorter(texts: readonly string[]): readonly (readonly string[])[] | null {
  const [first = ''] = texts;
  const half = Math.ceil(texts.length / 2);
  if (texts.length > 1) return [texts.slice(0, half), texts.slice(half)];
  if (first.length <= fewestCharacters) return null;
  const cut = first.slice(0, Math.max(fewestCharacters, Math.floor(first.length / 2)));
  return [[cut.replace(/[\uD800-\uDBFF]$/, '')]];
}

/** One vector a text, all of one length, of length 1. @throws OmegaError `E_EMBED` */
function read(answer: unknown, count: number, question: Inquiry): Float32Array[] {
  const vectors = formOf(answer, question);
  if (vectors.length !== count) throw embedFault(question, `answers ${count} texts with ${vectors.length} vectors`);
  const length = vectors[0]?.length ?? 0;
  if (length === 0 || length > mostDimensions || vectors.some((vector) => vector.length !== length))
    throw embedFault(question, 'answers with vectors of several lengths, of none, or of far too many numbers');
  return vectors.map((vector) => normalised(vector, question));
}

function formOf(answer: unknown, question: Inquiry): readonly (readonly number[])[] {
  try {
    return question.protocol.vectors(answer);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const where = error.issues[0]?.path.slice(0, 4).join('.') ?? '';
    throw embedFault(question, `answers with what are no vectors${where === '' ? '' : ` (at ${where})`}`, {
      hint: `Look whether OMEGA_EMBEDDINGS_URL is the address of a server that speaks as ${question.protocol.provider} does.`,
    });
  }
}

function normalised(numbers: readonly number[], question: Question): Float32Array {
  const norm = Math.hypot(...numbers);
  if (!Number.isFinite(norm) || norm === 0) throw embedFault(question, 'answers with a vector that points nowhere');
  return Float32Array.from(numbers, (number) => number / norm);
}

function sameLength(vectors: readonly Float32Array[], known: number | null, question: Inquiry): number {
  const length = vectors[0]?.length ?? 0;
  if (known === null || length === known) return length;
  throw new OmegaError(
    `The model ${question.model} at ${question.url.host} now has ${length} dimensions in place of ${known}.`,
    {
      code: 'E_EMBED_DIMENSION',
      hint: 'Another model answers by the same name. Name it in OMEGA_EMBEDDINGS_MODEL, so that all vectors are made anew.',
      permanent: true,
    },
  );
}
