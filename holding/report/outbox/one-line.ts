const longest = 200;

/** A text from elsewhere on one line, and not a long one, which any JSON, terminal and caption takes. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, longest)
    .toWellFormed();
}
