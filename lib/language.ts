/** What Omega speaks to its owner. */
export const languages = ['en', 'nl'] as const;
export type Language = (typeof languages)[number];

/** As which each writes its dates and numbers. */
export const locales: Readonly<Record<Language, string>> = { en: 'en-GB', nl: 'nl-NL' };

/** A text in each language. */
export type Translated = Readonly<Record<Language, string>>;

/** What is said to a person: a text in each language, or one that is the same in all of them (a name, a number). */
export type Words = string | Translated;

/** Says words in the owner's language. */
export type Say = (words: Words) => string;

/** Makes the one who says it. */
export function sayIn(language: Language): Say {
  return (words) => (typeof words === 'string' ? words : words[language]);
}

/** The same words with something made of each text. */
export function translate(words: Words, make: (text: string) => string): Translated {
  const of = (language: Language): string => make(sayIn(language)(words));
  return { en: of('en'), nl: of('nl') };
}
