import { cleanText } from '../../swarm/guard.ts';

/** More of a text than this is not looked at, in characters. */
const mostScanned = 40_000;

/** The Cyrillic letters that look like Latin ones, and these. */
const lookalikes = ['авекмнорстухіјѕԁӏ', 'abekmhopctyxijsdl'] as const;

/** What stands between two words that belong together, in a text of one space each. */
const near = String.raw`[^.!?]{0,40}?`;
const orders =
  '(?:instructions?|directions?|directives?|commands?|orders|prompts?|rules|guidelines|guardrails|programming|constraints|restrictions|tasks?|protocols?|polic(?:y|ies)|safeguards|messages|conversations?|context|training)';
const opdrachten =
  '(?:instructies?|opdrachten|opdracht|aanwijzingen|bevelen|prompts?|regels|richtlijnen|veiligheidsregels|beperkingen|taken|taak)';
const machine =
  '(?:ai|a\\.i\\.|ai[ -]?assistants?|ai[ -]?agents?|ai[ -]?assistent(?:en)?|ai[ -]?agenten|llms?|language models?|taalmodel(?:len)?|chatbots?|chatgpt|claude|gemini|copilot|assistant|assistent|bots?)';
const reader = '(?:users?|owner|operator|humans?|gebruikers?|eigenaar|beheerder|baas|opdrachtgever)';

/** What a text does that speaks to a machine, and how that is recognised; on lower case with single spaces. */
const signs: readonly { readonly does: string; readonly pattern: RegExp }[] = [
  {
    does: 'it tells the reader to ignore instructions',
    pattern: either(
      String.raw`\b(?:ignore|disregard|forget|override|bypass|skip|drop|neglect)\b ${near}\b(?:your|my|these|those|previous|prior|earlier|preceding|above|all|any|every|original|initial|system|safety|security|ethical|moral|content)\b${near}\b${orders}\b`,
      String.raw`(?:^|[.!?:;"'>\[(-] ?)(?:ignore|disregard|forget|override|bypass|negeer|vergeet|omzeil) (?:${orders}|${opdrachten})\b`,
      String.raw`\b(?:system|security|admin) override\b(?! (?:switch|button))`,
      String.raw`\b(?:ignore|disregard|forget) (?:everything|all|anything|what)(?:,| (?:that )?(?:you|was|is|came|the|said|comes|above|before|prior)\b)`,
      String.raw`\b(?:do not|don't|no longer|stop) (?:follow|obey|heed)(?:ing)?\b ${near}\b(?:your|previous|prior|earlier|original)\b${near}\b${orders}\b`,
      String.raw`\b(?:negeer|vergeet|omzeil|schend|passeer)\b ${near}\b(?:je|jouw|uw|alle|al|de|eerdere|vorige|voorgaande|bovenstaande|oorspronkelijke)\b${near}\b${opdrachten}\b`,
      String.raw`\b(?:negeer|vergeet) (?:alles|al het|wat) (?:hiervoor|hierboven|wat|dat|je|de|eerder|bovenstaande|voorgaande)`,
      String.raw`\bsla (?:je|jouw|uw|alle|de)\b${near}\b${opdrachten}\b ${near}\bover\b`,
      String.raw`\b(?:houd|hou) je niet (?:langer|meer) aan\b${near}\b${opdrachten}\b`,
    ),
  },
  {
    does: 'it gives the reader another role',
    pattern: either(
      String.raw`\byou (?:are|will be|must|shall|should)(?: now| from now on)? (?:act|behave|respond|operate|work) as\b`,
      String.raw`\byou are (?:now|from now on) (?:in |a |an |the |my |dan\b|free|no longer|unrestricted|root|admin)`,
      String.raw`\b(?:from now on|henceforth),? (?:you are|you will|you must|act as|answer only|respond only)\b`,
      String.raw`\b(?:pretend|imagine|act as if|act like) (?:that )?(?:you are|to be|you're)\b`,
      String.raw`\b(?:enter|enable|activate|switch to) (?:developer|debug|admin|god|dan|jailbreak) mode\b`,
      String.raw`\bdo anything now\b|\b(?:unrestricted|jailbreak|unfiltered|uncensored) (?:\w+ )?(?:mode|assistant|ai|model|persona)\b`,
      String.raw`\b(?:act|behave|respond) as dan\b|\byou (?:are dan|have no (?:ethical|moral|safety|content))\b`,
      String.raw`\bje bent (?:nu|vanaf nu|voortaan) (?:de|het|een|mijn|in|geen|root|admin|vrij)\b`,
      String.raw`\b(?:vanaf nu|voortaan) (?:ben|moet|zul|antwoord) je\b`,
      String.raw`\bdoe alsof (?:je|jij|u)\b`,
      String.raw`\b(?:schakel|ga) (?:over )?(?:naar|in) (?:de )?(?:ontwikkelaars|developer|beheer)[ -]?mod(?:us|e)\b`,
    ),
  },
  {
    does: 'it asks for secrecy',
    pattern: either(
      String.raw`\b(?:do not|don't|never|must not) (?:ever )?(?:tell|inform|notify|alert|show|mention|reveal|say)\b${near}\b(?:the|your|to the|to your|any) ${reader}\b`,
      String.raw`\bwithout (?:telling|informing|notifying|alerting|asking) (?:the|your) ${reader}\b`,
      String.raw`\b(?:vertel|zeg|meld|toon|laat|noem)\b ${near}(?:\b(?:de|je|aan de|tegen de) ${reader} (?:hier )?(?:niets?|nooit)\b|\b(?:niets?|nooit) (?:aan|tegen) (?:de|je) ${reader}\b)`,
      String.raw`\bzonder (?:het|dit|dat)? ?(?:aan )?(?:de|je) ${reader} te (?:zeggen|melden|vertellen|vragen|informeren)\b`,
    ),
  },
  {
    does: 'it asks for the instructions of the reader',
    pattern: either(
      String.raw`\b(?:reveal|print|show|repeat|output|display|leak|tell me|give me|what is|what are)\b ${near}\b(?:your|the) (?:system|hidden|initial|original|secret) ?(?:prompt|instructions|message)\b`,
      String.raw`\b(?:toon|geef|herhaal|druk|noem|vertel|laat|wat is|wat zijn)\b ${near}\b(?:je|jouw|uw) (?:systeemprompt|system ?prompt|verborgen instructies|systeeminstructies|oorspronkelijke instructies)\b`,
    ),
  },
  {
    does: 'it addresses a machine',
    pattern: either(
      String.raw`(?:^|[.!?:;>] ?|\b(?:dear|attention|hey|hello|note to|message to|to all|beste|let op|aandacht|bericht aan|voor alle) )(?:any |all |alle |every |de )?${machine}[,:!](?! a)`,
      String.raw`\b(?:if|when|as|als|indien|wanneer) (?:you are|you're|je|jij|u) (?:een |an? |)?${machine}\b`,
      String.raw`\b${machine} (?:who |that |which |die )?(?:reading|reads?|processing|summari[sz]ing|seeing|parsing|dit lezen|dit leest|lezen|leest|verwerkt|verwerken)\b${near}\b(?:must|should|shall|please|need to|have to|moet|moeten|dien|dienen|hoort|horen)\b`,
      String.raw`\b(?:when|if|while) (?:summari[sz]ing|processing|reading|parsing|indexing) this (?:page|text|document|article|mail|email|message)\b`,
      String.raw`\b(?:bij|tijdens) het (?:samenvatten|verwerken|lezen) van (?:deze|dit) (?:pagina|tekst|document|artikel|mail|bericht)\b`,
      String.raw`\b(?:as|als) (?:your|an?|je|een) ${machine},? (?:you (?:must|should|will)|moet je)\b`,
    ),
  },
  {
    does: 'it gives orders in the name of somebody else',
    pattern: either(
      String.raw`(?:^|[.!?;"'>] ?|\[|# ?)(?:system|assistant|developer|systeem)(?: (?:message|prompt|override|instruction|bericht|melding))?\]? ?[:\]](?= ?\S)`,
      String.raw`(?:^|[.!?;"'>*] ?|# ?)(?:new|updated|additional|real|important|nieuwe|aangepaste|belangrijke) (?:system )?(?:instructions?|instructies?|opdracht(?:en)?|rules?|prompt) ?:`,
      String.raw`\b(?:message|order|instruction|bericht|opdracht) (?:from|van) (?:the |de |your |je )?(?:owner|administrator|admin|operator|eigenaar|beheerder|directeur) ?:`,
      String.raw`#{1,6} ?(?:system|instructions?|assistant|human|user|response|systeem|instructies?)(?: ?:|$|\n| (?=you|answer|call|read|ignore|je))`,
    ),
  },
  {
    does: 'it looks like the inside of a conversation with a model',
    pattern: either(
      String.raw`<\|[a-z_]{2,30}\|>`,
      String.raw`\[\/?inst\]|<<\/?sys>>|<\/?s>\[`,
      String.raw`<\/?(?:system|assistant|instructions?|prompt|tool_call|tool_calls|tool_use|tool_result|tool_response|function_calls?|function_results|antml:[a-z_]+|invoke)(?: [^<>]{0,200})?>`,
      String.raw`"(?:tool|tool_name|function|name)" ?: ?"[\w.-]{1,80}" ?, ?"(?:args|arguments|input|parameters)" ?: ?[{"]`,
    ),
  },
  {
    does: 'it wants something to be run',
    pattern: either(
      String.raw`\b(?:decode|decodeer|ontcijfer|rot13|base64|hex)\b ${near}\b(?:obey|execute|follow|run|perform|gehoorzaam|voer|volg)\b`,
      String.raw`\b(?:execute|run|perform) (?:the following|this|these) (?:commands?|code|scripts?|instructions?|tool calls?)\b ?:`,
      String.raw`\bvoer (?:de volgende|deze|dit) (?:opdrachten|opdracht|commando's|commando|code|script|instructies?) uit\b ?:?`,
      String.raw`\b(?:use|call|invoke|gebruik|roep)\b (?:the |de |het )?[a-z][\w-]{1,40}\.[a-z]\w{0,30}_\w{1,40}\b(?: tool)?(?! (?:failed|faalde))`,
      String.raw`\bnpm run [\w:-]{1,40} -- [^.]{0,80}--yes\b`,
      String.raw`\bcurl [^|]{1,200}\| ?(?:ba|z)?sh\b`,
    ),
  },
];

/**
 * What makes a text look as if it speaks to the machine that will read it, in words; null: nothing does. It finds the
 * usual ways and no others: what comes from outside stays data, whatever this says.
 */
export function suspicionOf(text: string): string | null {
  const scanned = text.slice(0, mostScanned);
  const hidden = hiddenIn(scanned);
  if (hidden !== null) return hidden;
  const plain = plainly(scanned);
  return signIn(plain) ?? encodedIn(scanned);
}

function signIn(plain: string): string | null {
  return signs.find(({ pattern }) => pattern.test(plain))?.does ?? null;
}

/** As it would be read: without what is not seen, in the letters that it looks like. */
function plainly(text: string): string {
  const [strange, latin] = lookalikes;
  return cleanText(text.normalize('NFKC'))
    .toLowerCase()
    .replaceAll(/[а-ӏ]/g, (letter) => latin[strange.indexOf(letter)] ?? letter)
    .replaceAll('’', "'");
}

/** Tag characters spell ASCII unseen; runs of zero-width ones carry bits. A flag's and a joined emoji's are their own. */
function hiddenIn(text: string): string | null {
  if (/(?<![\u{1F3F4}\u{E0020}-\u{E007F}])[\u{E0020}-\u{E007E}]/u.test(text)) return 'it holds hidden characters';
  if (/[\u200B-\u200D\u2060-\u2064\uFEFF]{4}/.test(text)) return 'it holds hidden characters';
  if (/\p{Script=Latin}\p{Script=Cyrillic}|\p{Script=Cyrillic}\p{Script=Latin}/u.test(text))
    return 'it mixes letters of two alphabets in one word';
  return null;
}

const wall = 'it holds a wall of encoded text';

/** Base64, hexadecimal and percent signs are opened and looked at; what is long and stays closed is suspect too. */
function encodedIn(text: string): string | null {
  for (const [run] of text.matchAll(/(?<![\w+/=-])[\w+/-]{24,}/g)) {
    const isHex = /^(?:[\da-f]{2})+$/i.test(run);
    const inside = Buffer.from(run, isHex ? 'hex' : 'base64').toString('utf8');
    if (isReadable(inside) && signIn(plainly(inside)) !== null) return 'it holds encoded orders to the reader';
    if (run.length >= 400 && !/^(.)\1*$/.test(run)) return wall;
  }
  const opened = text.replaceAll(/(?:%[\da-f]{2}){4,}/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
  );
  return opened !== text && signIn(plainly(opened)) !== null ? 'it holds encoded orders to the reader' : null;
}

function isReadable(text: string): boolean {
  return text.includes(' ') && !/[^\t\n\r -~\u00A0-\u024F\u2010-\u203A]/.test(text);
}

function either(...sources: readonly string[]): RegExp {
  return new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'u');
}
