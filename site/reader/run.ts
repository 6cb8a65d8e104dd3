import { envelopeCodeOf } from '#holding/report/envelope/errors.ts';
import { parseSecretKey, secretKeyText } from '#holding/report/envelope.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import { sayIn, type Language } from '#lib/language.ts';
import { drawKeyless, drawMade } from './draw-key.ts';
import { drawOutcomes } from './draw-report.ts';
import { drawStart } from './draw-start.ts';
import { readMemory } from './memory.ts';
import { openFiles, openNumber, trust } from './opening.ts';
import { drawPage } from './page.ts';
import type { Drawn, Reader } from './reader.ts';
import { forgetKey, keptKey, remember, show, useKey, type State } from './state.ts';
import type { Store } from './store.ts';

/** What the page's own events ask for. */
export interface Running {
  readonly openFiles: (files: readonly File[]) => Promise<void>;
  /** Opens the report whose number stands in the address; none there: the beginning. */
  readonly openNumber: () => Promise<void>;
}

/** Draws the page from what this device remembers, and runs it. */
export async function runReader(store: Store): Promise<Running> {
  const key = await keptKey(store);
  const state: State = {
    store,
    served: document.querySelector('link[rel=manifest]') !== null,
    draw: () => draw(state),
    key,
    keyLasts: key !== null,
    memory: await readMemory(store),
    screen: { kind: 'start' },
  };
  state.draw();
  if (location.hash !== '') await openNumber(state);
  return { openFiles: (files) => openFiles(state, files), openNumber: () => openNumber(state) };
}

function draw(state: State): void {
  const reader = readerOf(state);
  drawPage(reader, drawn(reader, state));
}

function drawn(reader: Reader, { key, screen }: State): Drawn {
  if (screen.kind === 'made') return drawMade(reader, screen.secret);
  if (key === null) return drawKeyless(reader);
  if (screen.kind === 'outcomes') return drawOutcomes(reader, screen);
  if (screen.kind === 'start') return drawStart(reader, key);
  return { title: reader.say({ en: 'Opening…', nl: 'Wordt geopend…' }), text: '', rest: null };
}

function readerOf(state: State): Reader {
  const { store, served, memory, keyLasts } = state;
  const language = memory.language ?? (navigator.language.startsWith('nl') ? 'nl' : 'en');
  const format = new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return {
    say: sayIn(language),
    language,
    date: (at) => format.format(new Date(at)),
    store,
    served,
    memory,
    keyLasts,
    show: (screen) => show(state, screen),
    speak: (to) => speak(state, to),
    openFiles: (files) => openFiles(state, files),
    makeKey: (keep) => makeKey(state, keep),
    takeKey: (text, keep) => takeKey(state, text, keep),
    forgetKey: () => forgetKey(state),
    trust: (sender) => trust(state, sender),
    distrust: (sender) => distrust(state, sender),
  };
}

async function speak(state: State, language: Language): Promise<void> {
  await remember(state, (memory) => ({ ...memory, language }));
  state.draw();
}

async function makeKey(state: State, keep: boolean): Promise<void> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  await useKey(state, secret, keep);
  show(state, { kind: 'made', secret: secretKeyText(secret) });
}

/** Says what is wrong with it, if anything is. */
async function takeKey(state: State, text: string, keep: boolean): Promise<string> {
  try {
    await useKey(state, parseSecretKey(text), keep);
    await openNumber(state);
    return '';
  } catch (error) {
    const code = envelopeCodeOf(error);
    if (code === undefined) throw error;
    return readerOf(state).say(codeWords[code]);
  }
}

async function distrust(state: State, sender: string): Promise<void> {
  await remember(state, (memory) => ({ ...memory, trusted: memory.trusted.filter(({ key }) => key !== sender) }));
  state.draw();
}
