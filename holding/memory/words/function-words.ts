/**
 * Words that hold a sentence together and say nothing of what it is about, by the language that alone has them; those
 * that both write, such as “in”, “is” and “we”, tell no language.
 */
export const functionWords: Readonly<Record<'nl' | 'en' | 'both', ReadonlySet<string>>> = {
  nl: wordSet(`
    de het een en van dat die niet zijn op te aan met voor er maar ook om dan nog bij uit naar ze zij hij ik je wij
    deze dit wordt worden werd werden heeft hebben hebt kan kunnen moet moeten wil zou zal als tot door geen meer veel
    al alle alles wel nu hoe wat wie waar waarom wanneer welke onze ons haar hun jij jouw uw mijn mij na tussen tegen
    zonder omdat zodat terwijl sinds vanaf keer gaat ging staat stond komt kwam zo iets niets iedereen elke ieder
    eerst toen daar hier zelf gaf doet deed af ander andere doen dus eens gaan hadden hem hoeveel iemand kon konden
    mag moest toch weer zouden zullen waren onder
  `),
  en: wordSet(`
    the and to a that this these those it its for on with as are were be been being by from at not but they them their
    he she his her you your our us who what which when where why how can could should would will shall may might must
    has have do does did there than then if because while since after before about into out up no more most some any
    every each all only so very just between without within through said says went comes came goes an or of again
    against also done during having here him many much my nor whom whose under
  `),
  both: wordSet(`
    in is was over u we men had per via want s t i me
  `),
};

/** Of Dutch or of English; the word in lower case. */
export function isFunctionWord(word: string): boolean {
  return functionWords.nl.has(word) || functionWords.en.has(word) || functionWords.both.has(word);
}

function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
