/** How one kind of server is asked for vectors over HTTP, as far as it differs from the others. */
export interface Protocol {
  readonly provider: 'ollama' | 'openai';
  readonly usualUrl: string;
  readonly usualModel: string;
  /** Comes after the path of its address. */
  readonly path: string;
  readonly body: (model: string, texts: readonly string[]) => object;
  /** The vectors in the order of the texts. @throws ZodError where the answer is not of its form. */
  readonly vectors: (answer: unknown) => readonly (readonly number[])[];
  /** What to do where the model is not there. */
  readonly missing: (model: string) => string;
}
