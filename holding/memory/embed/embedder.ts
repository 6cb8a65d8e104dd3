/** Turns texts into vectors of one length. */
export interface Embedder {
  /** Provider, model, length and version, as it stands in a collection's name: another one means other vectors. */
  readonly space: string;
  /** The length of its vectors; asked of the model where only that knows. @throws OmegaError `E_EMBED` */
  readonly dimensions: (signal: AbortSignal) => Promise<number>;
  /**
   * One vector a text, in their order, of length 1; all zero where the text has nothing that it knows.
   * @throws OmegaError `E_EMBED` where the model cannot be reached or answers nonsense; `E_EMBED_DIMENSION` where its
   * vectors have another length than before.
   */
  readonly embed: (
    texts: readonly string[],
    purpose: 'document' | 'query',
    signal: AbortSignal,
  ) => Promise<readonly Float32Array[]>;
}
