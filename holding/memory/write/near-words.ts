/**
 * Words, Dutch and English, by which {@link likeness} tells a text that is told again from one that says something
 * else. They are few on purpose: what is on no list counts as a difference, and a difference keeps both records.
 */

/** With or without these a text says the same. Pronouns, most prepositions and all verbs are not among them: they change who, when and how. */
export const idle = wordSet(`
  a an the also that which so then already now really in at
  de het een en ook dat die er dus dan al nu echt
`);

/** With one of them a sentence says the opposite. */
export const negations = wordSet(`
  not no never
  niet geen nooit
`);

/** What says that it holds of some, and not of others: with another word beside it that may stay true. */
export const limiting = wordSet(`
  only just merely but unless
  alleen slechts enkel maar tenzij
`);

/** Verbs of a state that goes on: the number behind one is as it is now, and a later one takes its place. */
export const state = wordSet(`
  is are costs takes needs pays earns charges lasts remains becomes contains may must can runs starts begins ends opens closes
  kost kosten bedraagt telt wordt blijft duurt duren betaalt betalen rekent verdient mag mogen moet moeten kan kunnen
  bevat draait loopt begint start eindigt opent sluit geldt levert
`);

/** Between such a verb and its number. */
export const between = wordSet(`
  now about exactly at every more than version
  nu ongeveer circa precies op elke iedere maximaal hoogstens versie
`);

/** What was so at one moment, or was done once: a later text is another moment, and does not take its place. */
export const moment = wordSet(`
  today yesterday tomorrow tonight this last next was were had did went got paid sold sent spent bought made lost won found took ran came
  vandaag gisteren morgen vanavond vanochtend vannacht deze dit afgelopen vorige vorig volgende was waren had deed deden ging kreeg
  kocht nam kwam werd werden
`);

/** Signs of these may stand before a number. */
export const currencies = wordSet('€ $ £');

/** Behind a number: it measures. */
export const measures = wordSet(`
  € $ £ % euro eur dollar usd cent percent procent uur hour hours minute minutes minuut minuten second seconds seconde seconden
  day days dag dagen week weeks weken month months maand maanden year years jaar km kg g gb mb tb kwh ms
`);

/** Names of days and months. */
export const calendar = wordSet(`
  monday tuesday wednesday thursday friday saturday sunday maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
  january february march april may june july august september october november december
  januari februari maart mei juni juli augustus oktober
`);

function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
