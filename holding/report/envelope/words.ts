import type { Translated } from '#lib/language.ts';
import type { EnvelopeCode } from './errors.ts';

/** What each code means, and what to do, as the reader says it. */
export const codeWords: Readonly<Record<EnvelopeCode, Translated>> = {
  E_SHORT: {
    en: 'The file ends too soon. Fetch it again.',
    nl: 'Het bestand houdt te vroeg op. Haal het opnieuw op.',
  },
  E_MAGIC: {
    en: 'This is not a sealed report of Omega.',
    nl: 'Dit is geen verzegeld rapport van Omega.',
  },
  E_VERSION: {
    en: 'This report is sealed in a version that this reader does not know. Get a newer reader.',
    nl: 'Dit rapport is verzegeld in een versie die deze lezer niet kent. Haal een nieuwere lezer op.',
  },
  E_FLAGS: {
    en: 'This report asks for something that this reader does not know. Get a newer reader.',
    nl: 'Dit rapport vraagt iets wat deze lezer niet kent. Haal een nieuwere lezer op.',
  },
  E_RECIPIENTS: {
    en: 'The number of keys is wrong: a report is sealed for 1 to 16.',
    nl: 'Het aantal sleutels klopt niet: een rapport wordt voor 1 tot 16 sleutels verzegeld.',
  },
  E_KEY_LOW_ORDER: {
    en: 'A weak key is in play, with which anyone could open the report. Do not trust it; make a new key.',
    nl: 'Er is een zwakke sleutel in het spel, waarmee iedereen het rapport kan openen. Vertrouw het niet; maak een nieuwe sleutel.',
  },
  E_NOT_FOR_ME: {
    en: 'This report was not sealed for the key on this device. Open it on another device, or add this key on the machine.',
    nl: 'Dit rapport is niet verzegeld voor de sleutel op dit apparaat. Open het op een ander apparaat, of voeg deze sleutel toe op de machine.',
  },
  E_WRAP: {
    en: 'The report was changed on its way, or is damaged. Fetch it again.',
    nl: 'Het rapport is onderweg veranderd of beschadigd. Haal het opnieuw op.',
  },
  E_CHUNK: {
    en: 'A piece of the report is missing, was changed, or is damaged. Fetch it again.',
    nl: 'Een stuk van het rapport ontbreekt, is veranderd of is beschadigd. Haal het opnieuw op.',
  },
  E_FORMAT: {
    en: 'The report is not put together as it should be, so nothing of it is shown.',
    nl: 'Het rapport zit niet in elkaar zoals het hoort. Daarom is er niets van te zien.',
  },
  E_SENDER_UNKNOWN: {
    en: 'This report comes from a sender that you do not trust. If Omega got a new key, compare it with the one on the machine.',
    nl: 'Dit rapport komt van een afzender die je niet vertrouwt. Heeft Omega een nieuwe sleutel, vergelijk die dan met de sleutel op de machine.',
  },
  E_SIG: {
    en: 'The signature is false: your Omega did not make this report.',
    nl: 'De handtekening klopt niet: dit rapport is niet door jouw Omega gemaakt.',
  },
  E_PAD: {
    en: 'The filling of the envelope is not what it should be, so nothing of the report is shown.',
    nl: 'De opvulling van de envelop is niet wat ze hoort te zijn. Daarom is er niets van het rapport te zien.',
  },
  E_KEY_IS_SECRET: {
    en: 'This is a secret key, where a public one belongs. Whoever saw it can read your reports: make a new one.',
    nl: 'Dit is een geheime sleutel, waar een openbare hoort. Wie hem zag, kan je rapporten lezen: maak een nieuwe.',
  },
  E_KEY_CHECKSUM: {
    en: 'This is no key of the right kind, or it was not copied whole. Copy it again, from its first to its last character.',
    nl: 'Dit is geen sleutel van de goede soort, of hij is niet helemaal gekopieerd. Kopieer hem opnieuw, van het eerste tot het laatste teken.',
  },
  E_KEY_DUPLICATE: {
    en: 'The same key is there twice. Leave one of them.',
    nl: 'Dezelfde sleutel staat er twee keer. Laat er een staan.',
  },
  E_KEY_MISSING: {
    en: 'There is no key yet. Make one.',
    nl: 'Er is nog geen sleutel. Maak er een.',
  },
  E_REPLAY: {
    en: 'You opened this report before.',
    nl: 'Je hebt dit rapport al eerder geopend.',
  },
  E_FORK: {
    en: 'This report contradicts one that you opened before: two of them cannot both be the next one. Someone may be sending in the name of your Omega, or a backup was put back.',
    nl: 'Dit rapport spreekt een eerder geopend rapport tegen: ze kunnen niet allebei het volgende zijn. Misschien verstuurt iemand rapporten uit naam van je Omega, of er is een back-up teruggezet.',
  },
  E_GAP: {
    en: 'Reports before this one are missing. Ask for them again with npm run reports -- resend.',
    nl: 'Er ontbreken rapporten vóór dit rapport. Vraag ze opnieuw op met npm run reports -- resend.',
  },
  E_OVERDUE: {
    en: 'The next report should have been here by now. See whether Omega still runs.',
    nl: 'Het volgende rapport had er al moeten zijn. Kijk of Omega nog draait.',
  },
};
