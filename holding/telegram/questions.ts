/** What a plain question is about: the command that answers it, or the last report. */
export type Question = 'status' | 'incidents' | 'todo' | 'last-report' | 'help';

/** The first that fits counts: “is there anything broken, or is all well?” asks for what is broken. */
const rules: readonly (readonly [RegExp, Question])[] = [
  [
    /\b(todo|to do|moet ik (nog )?(iets )?doen|staat er open|wacht(en)? (er )?(op|iets)|must i do|should i do|do i (need|have) to do|waits?( for me)?|waiting)\b/u,
    'todo',
  ],
  [/\b(report|rapport(en)?|reports|verslag)\b/u, 'last-report'],
  [
    /\b(stuk|kapot|broken?|broke|defect|storing(en)?|incident(en|s)?|mis(gegaan)?|fout gegaan|wrong|down|failed|failing|plat)\b/u,
    'incidents',
  ],
  [
    /\b(status|alles (ok|oke|oké|okay|goed|in orde|wel)|gaat het|hoe is het|hoe staat|how (are|is|goes)|all (well|good|ok|okay|fine)|everything|you ok|are you|werkt alles|leef je|stand van zaken)\b/u,
    'status',
  ],
  [/^(help|hulp|hallo|hello|hi|hoi|hey|wat kun je|what can you)\b/u, 'help'],
];

/** Reads a question in Dutch or English by rules; null: none that it knows. */
export function readQuestion(text: string): Question | null {
  const plain = text.toLowerCase().normalize('NFC').replaceAll(/\s+/gu, ' ');
  return rules.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}
