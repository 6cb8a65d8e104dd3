import { OmegaError } from '#lib/errors.ts';
import type { Translated } from '#lib/language.ts';

/** Why a feed could not be read, as its owner is told. */
export class FeedError extends OmegaError {
  readonly words: Translated;

  constructor(words: Translated) {
    super(words.en, { code: 'E_FEED' });
    this.words = words;
  }
}
