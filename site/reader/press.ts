import { h } from './element.ts';
import type { Say } from '#lib/language.ts';

/** A button that copies a text and says that it did. */
export function copyButton(text: string, say: Say): HTMLElement {
  const button = h('button', { click: () => copy() }, say({ en: 'Copy', nl: 'Kopieer' }));
  async function copy(): Promise<void> {
    const done = await copied(text);
    button.textContent = say(
      done ? { en: 'Copied', nl: 'Gekopieerd' } : { en: 'Copy it by hand', nl: 'Kopieer het met de hand' },
    );
  }
  return button;
}

/** Browsers refuse it on a page without HTTPS. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Hands a file over, from this page alone. */
export function saveFile(content: BlobPart, name: string): void {
  const url = URL.createObjectURL(new Blob([content]));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // Some phones begin to read it late.
}

/** A button by which files are chosen. Phones do not know the ending, and would offer none: so all are. */
export function chooseButton(label: string, look: string, chosen: (files: readonly File[]) => unknown): Node[] {
  const input = h('input', { type: 'file', multiple: true, hidden: true });
  input.addEventListener('change', () => void chosen(Array.from(input.files ?? [])));
  return [h('button', { type: 'button', class: look, click: () => input.click() }, label), input];
}
