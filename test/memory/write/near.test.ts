import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { likeness } from '#holding/memory/write/near.ts';

const told = join(import.meta.dirname, '..', 'evaluation', 'development.documents.json');
const Documents = z.array(z.object({ id: z.string(), text: z.string(), nearDuplicateOf: z.string().optional() }));

test.each([
  ['The hosting costs 12 euro.', 'the hosting costs 12 euro'],
  ['The newsletter goes out on Fridays.', 'The newsletter also goes out on Fridays!'],
  ['De koffiemachine op kantoor lekt elke maandag water.', 'De koffiemachine op kantoor lekt ook elke maandag water'],
  ['The bikes of Jansen stand in the shed', 'The bike of Jansen stand in the shed'],
  ['Gerda corrects the proofs until noon', 'Gerda corrects proofs until noon'],
])('“%s” is said again by “%s”', (before, after) => {
  expect(likeness(before, after)).toBe('same');
});

test.each([
  ['The hosting costs 12 euro', 'The hosting costs 14 euro'],
  ['De hosting kost 12 euro per maand.', 'De hosting kost nu 14 euro per maand'],
  ['Subscription costs: €39 per month for Basis', 'Subscription costs: €45 per month for Basis'],
  ['The disk is 80% full', 'The disk is 85% full'],
  ['The margin is -5 %', 'The margin is 5 %'],
  ['The shop is open on Sunday', 'The shop is not open on Sunday'],
  ['Delivery takes 2 days', 'Delivery takes 3 days'],
  ['De winkel is nooit dicht in mei', 'De winkel is dicht in mei'],
  ['Node is at version 22.1', 'Node is at version 24.0'],
])('“%s” has a newer version in “%s”', (before, after) => {
  expect(likeness(before, after)).toBe('newer');
});

test.each([
  ['another currency', 'The hosting costs 12 euro', 'The hosting costs 12 dollar'],
  ['another invoice', 'Invoice 2026-014 costs 12 euro', 'Invoice 2026-015 costs 14 euro'],
  ['another order', 'Order 5512 costs 12 euro', 'Order 5513 costs 14 euro'],
  ['another server', 'Server 3 is 80 % full', 'Server 4 is 80 % full'],
  ['another year in a name', 'Our plan 2025 costs 12 euro', 'Our plan 2026 costs 14 euro'],
  ['another name', 'Jansen betaalt 12 euro per uur', 'Janssen betaalt 12 euro per uur'],
  ['names that changed places', 'Jansen owes Pietersen money', 'Pietersen owes Jansen money'],
  ['another day on which it is so', 'The shop is open on Sunday', 'The shop is open on Monday'],
  ['another meeting', 'The meeting with Jansen was on 3 March', 'The meeting with Jansen was on 10 March'],
  ['another payment', 'We paid Jansen 12 euro', 'We paid Jansen 14 euro'],
  ['another count of what was done', 'Er zijn 12 bestellingen verwerkt', 'Er zijn 14 bestellingen verwerkt'],
  ['another moment', 'Vandaag is de schijf 80 % vol', 'Vandaag is de schijf 81 % vol'],
  ['before and after', 'Call Ingrid before 14:00', 'Call Ingrid after 14:00'],
  ['the opposite', 'Imports increase sales quickly', 'Imports decrease sales quickly'],
  ['another sign', 'Deploy is fine 👍 today', 'Deploy is fine 👎 today'],
  ['a word more', 'The bakery is closed', 'The bakery in Soest is closed'],
  ['no words at all', '???', '!!!'],
  ['a question', 'The shop in Utrecht is open on Monday?', 'The shop in Utrecht is open on Monday.'],
])('%s makes it another record: “%s”, “%s”', (_, before, after) => {
  expect(likeness(before, after)).toBe('other');
});

/** Both may be true at once, as a person who reads them would say. */
const bothTrue: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'a number that says which thing is meant',
    [
      ['The 50 euro voucher is valid in all shops', 'The 25 euro voucher is valid in all shops'],
      ['The 10 kg bag is out of stock', 'The 25 kg bag is out of stock'],
      ['The 30 day trial is free for students', 'The 14 day trial is free for students'],
      ['De factuur van 120 euro is nog open bij KPN', 'De factuur van 340 euro is nog open bij KPN'],
      ['The bill of 20 euro must be paid by Anna', 'The bill of 35 euro must be paid by Anna'],
      ['De trein van 8 uur is vol', 'De trein van 9 uur is vol'],
      ['Kinderen tot 4 jaar mogen gratis mee', 'Kinderen tot 12 jaar mogen gratis mee'],
      ['Kinderen mogen tot 4 jaar gratis mee', 'Kinderen mogen tot 12 jaar gratis mee'],
      ['De aanbieding is de 10 kg zak', 'De aanbieding is de 25 kg zak'],
      ['The disk of 500 GB is full', 'The disk of 1000 GB is full'],
    ],
  ],
  [
    'a serial number',
    [
      ['Day 1 of the training is in Utrecht', 'Day 2 of the training is in Utrecht'],
      ['Jaar 1 van de opleiding is gratis', 'Jaar 2 van de opleiding is gratis'],
      ['Week 32 is fully booked in Utrecht', 'Week 33 is fully booked in Utrecht'],
      ['De omzet is goed in jaar 2024', 'De omzet is goed in jaar 2025'],
      ['The training is on day 1', 'The training is on day 2'],
    ],
  ],
  [
    'another row of a list of prices',
    [
      ['Verzending kost 7 euro tot 10 kg', 'Verzending kost 13 euro tot 23 kg'],
      ['De korting is 10 procent vanaf 100 euro', 'De korting is 20 procent vanaf 500 euro'],
      ['Parking costs 2 euro for 1 hour', 'Parking costs 5 euro for 3 hours'],
      ['The plan with 5 GB costs 10 euro', 'The plan with 20 GB costs 25 euro'],
      ['Een zak van 5 kg kost 12 euro', 'Een zak van 10 kg kost 20 euro'],
      ['Children up to 12 years pay 5 euro', 'Children up to 16 years pay 8 euro'],
      ['The loan of 5 years is at 3 percent', 'The loan of 10 years is at 4 percent'],
    ],
  ],
  [
    'another day or hour',
    [
      ['The shop opens on Sunday', 'The shop opens on Monday'],
      ['The farmers market is on Tuesday', 'The farmers market is on Saturday'],
      ['The deadline is 3 March', 'The deadline is 10 March'],
      ['The meeting with KPN is on 2025-05-05', 'The meeting with KPN is on 2025-06-05'],
      ['The yoga class starts at 9:00', 'The yoga class starts at 17:30'],
      ['The yoga class starts at 9', 'The yoga class starts at 17'],
      ['The ferry to Texel runs at 8.15', 'The ferry to Texel runs at 17.45'],
      ['De yogales begint om 9 uur', 'De yogales begint om 17 uur'],
      ['De backup draait elke nacht om 02:30', 'De backup draait elke nacht om 03:30'],
    ],
  ],
  [
    'what holds of some only',
    [
      ['Not only Anna can sign', 'Only Anna can sign'],
      ['De app is niet alleen snel', 'De app is alleen snel'],
      ['Anna may sign contracts', 'Anna may sign contracts always'],
      ['No more than 5 people may enter the 2 rooms', 'More than 6 people may enter the 2 rooms'],
    ],
  ],
  [
    'another verb or preposition',
    [
      ['De leverancier Bakker heeft betaald', 'De leverancier Bakker is betaald'],
      ['The supplier Baker has paid in full', 'The supplier Baker is paid in full'],
      ['The owner has been informed about the leak', 'The owner has informed about the leak'],
      ['The house in Utrecht is being sold', 'The house in Utrecht is sold'],
      ['De voorraad koffie in de kantine is op', 'De voorraad koffie is in de kantine'],
      ['De kraan in de keuken lekt', 'De kraan in de keuken lekte'],
    ],
  ],
  [
    'another thing that is nearly called so',
    [
      ['Jan de Boer betaalt contant', 'Jan Boer betaalt contant'],
      ['Plan A is approved by marketing', 'The plan is approved by marketing'],
      ['The new plan is late again', 'The new plane is late again'],
    ],
  ],
];

test.each(bothTrue)('%s makes it another record, whichever comes first', (_, pairs) => {
  const taken = pairs.filter(([one, other]) => likeness(one, other) !== 'other' || likeness(other, one) !== 'other');
  expect(taken).toEqual([]);
});

test('takes no two documents of the development set for one: its near doubles are paraphrases, which stay records', () => {
  const documents = Documents.parse(JSON.parse(readFileSync(told, 'utf8')));
  const pairs = documents.flatMap((one) =>
    documents.filter((other) => other !== one).map((other) => [one, other] as const),
  );
  const taken = pairs.filter(([one, other]) => likeness(one.text, other.text) !== 'other');
  expect(pairs.length).toBeGreaterThan(20_000);
  expect(taken.map(([one, other]) => `${one.id} ${other.id}`)).toEqual([]);
});

test('is quick on long texts', () => {
  const long = 'De klant belt elke week over de levering van 12 dozen naar Utrecht. '.repeat(290);
  const startedAt = performance.now();
  expect(likeness(long, `${long}!`)).toBe('same');
  expect(performance.now() - startedAt).toBeLessThan(500);
});
