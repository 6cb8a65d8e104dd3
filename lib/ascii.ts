/** Such a template sees the difference between a character and its escape; what it takes in by `${}` does not. */
const rawBeyondAscii = /String\.raw`(?:\$\{[^}]*\}|(?!\$\{)[\0-_a-\x7f])*[^\0-\x7f]/;

/**
 * A script with every character beyond ASCII escaped. One that is beyond Latin-1 makes each character of its file take
 * two bytes in the memory of the process that loads it.
 * @throws TypeError where the escape would change what the script does.
 */
export function inAscii(script: string): string {
  const changed = rawBeyondAscii.exec(script);
  if (changed !== null) throw new TypeError(`Cannot be escaped: ${changed[0].slice(0, 80)}`);
  return script.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
