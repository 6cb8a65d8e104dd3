import { expect, test } from 'vitest';
import { languages } from '#lib/language.ts';
import { never, office } from './desk.ts';

test('is due until a report was acknowledged', async () => {
  let wanted = true;
  using all = office({ wantsCanary: () => wanted });
  expect(await all.desk.due(never)).toContain('canary/1');
  wanted = false;
  expect(await all.desk.due(never)).not.toContain('canary/1');
});

test.each(languages)('says what to do with it, in %s', async (language) => {
  using all = office({ language });
  const { html, title } = await all.write('canary/1');
  expect(title).toBe({ en: 'You can open sealed reports', nl: 'Je kunt verzegelde rapporten openen' }[language]);
  expect(html).toContain({ en: '/ack NUMBER CODE', nl: '/ack NUMMER CODE' }[language]);
});

test('can be written again by hand', async () => {
  using all = office();
  expect((await all.write('canary/2026-03-03T07:00:00.000Z')).kind).toBe('canary');
});
