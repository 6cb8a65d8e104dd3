/**
 * What anybody might write at work. Their vectors are kept beside those of the records, so that how near records are on
 * average is known for a memory of two records as well.
 */
export const ordinarySentences: readonly string[] = [
  'The meeting with the supplier was moved to next week.',
  'We sent the invoice and are waiting for an answer.',
  'The customer asked for a refund after the second delay.',
  'Sales were a little higher than in the same month last year.',
  'The backup finished during the night without errors.',
  'A new version of the website went live this morning.',
  'Two people will work on the campaign until the end of June.',
  'The price of the subscription stays the same for now.',
  'We agreed to answer every complaint within one working day.',
  'The report was too long, so nobody read the second half.',
  'The server was restarted because the disk was nearly full.',
  'Visitors stay longer on pages that show a clear picture.',
  'De afspraak met de klant is verzet naar volgende week.',
  'We hebben de offerte verstuurd en wachten op antwoord.',
  'De leverancier heeft de verkeerde doos gestuurd.',
  'De omzet was iets lager dan in dezelfde maand vorig jaar.',
  'De website was vanmorgen een kwartier niet bereikbaar.',
  'Er komt een nieuwe medewerker voor twee dagen per week.',
  'De nieuwsbrief werd vaker geopend dan die van vorige maand.',
  'Het pakket is op tijd bezorgd, maar de doos was beschadigd.',
  'We betalen deze rekening pas als het werk klaar is.',
  'De vergadering duurde te lang en leverde weinig op.',
  'Voor het nieuwe jaar moet de verzekering worden verlengd.',
  'Klanten bellen liever dan dat ze een formulier invullen.',
];
