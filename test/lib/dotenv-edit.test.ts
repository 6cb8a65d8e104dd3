import { parseEnv } from 'node:util';
import { assert, dictionary, property, string, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';
import { editDotenv } from '#lib/dotenv-edit.ts';

const file = `# What it is for.
# OMEGA_LANGUAGE=en

OMEGA_QUIET_HOURS=23:00-07:30 # at night
BRAVE_API_KEY='a # b'
`;

test('a value takes the place of the old one, and all else stays as it is', () => {
  expect(editDotenv(file, { OMEGA_QUIET_HOURS: '22:00-06:00' })).toBe(
    file.replace('23:00-07:30 # at night', '22:00-06:00'),
  );
});

test('a name that is only an example gets its value below that', () => {
  expect(editDotenv(file, { OMEGA_LANGUAGE: 'nl' })).toBe(
    file.replace('# OMEGA_LANGUAGE=en\n', '# OMEGA_LANGUAGE=en\nOMEGA_LANGUAGE=nl\n'),
  );
});

test('a new name goes to the end, also of a file without a last line end', () => {
  expect(editDotenv('A=1', { B: '2' })).toBe('A=1\nB=2\n');
  expect(editDotenv('', { B: '2' })).toBe('B=2\n');
});

test('of a name that stands there twice one is left; null takes it away', () => {
  expect(editDotenv('A=1\nB=2\nA=3\n', { A: '4' })).toBe('A=4\nB=2\n');
  expect(editDotenv('A=1\nB=2\n', { A: null })).toBe('B=2\n');
});

test('what cannot be changed without harm is refused, and told by its name', () => {
  const tricky = 'TEXT="first\nA=1\nlast"\n'; // The line in the midst is part of another value.
  expect(() => editDotenv(tricky, { A: '2' })).toThrow(/cannot be changed/);
});

test('whatever is set is read back as it was meant, and every other value as before', () => {
  const value = string({ unit: 'grapheme-ascii', maxLength: 40 }).filter((text) => !/['"`\\]/.test(text));
  const name = stringMatching(/^[A-Z][A-Z_]{0,9}$/);
  assert(
    property(dictionary(name, value, { maxKeys: 5 }), name, value, (before, changed, wanted) => {
      const written = editDotenv('# notes\n\n', before);
      const edited = editDotenv(written, { [changed]: wanted.trim() });
      expect({ ...parseEnv(edited) }).toEqual({ ...parseEnv(written), [changed]: wanted.trim() });
      expect(edited.startsWith('# notes\n\n')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
