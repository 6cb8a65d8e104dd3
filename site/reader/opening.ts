import type { Translated } from '#lib/language.ts';
import type { DeviceKey } from '#holding/report/envelope.ts';
import { noted } from './memory.ts';
import { openFile, senderText, type OpenedFile, type Outcome, type Sealed } from './open-file.ts';
import { withParts } from './parts.ts';
import { remember, show, type State } from './state.ts';

/** Opens files that were chosen, dropped, or handed over by the system. */
export async function openFiles(state: State, files: readonly File[]): Promise<void> {
  const { key } = state;
  if (key === null || files.length === 0) return;
  show(state, { kind: 'opening' });
  const sealed = files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
  await openAll(state, key, await Promise.all(sealed));
}

/** Opens the report whose number stands in the address; where none does, the page begins anew. */
export async function openNumber(state: State): Promise<void> {
  const number = /^#([1-9]\d{0,14})$/.exec(location.hash)?.[1];
  if (number === undefined) return show(state, { kind: 'start' });
  const { key, served } = state;
  if (key === null) return;
  const name = `#${number}`;
  if (!served) return refuse(state, name, onlyServed);
  show(state, { kind: 'opening' });
  const response = await fetch(`../reports/${number}.orp`).catch(() => null); // Nobody answered.
  if (response?.ok !== true) return refuse(state, name, response?.status === 404 ? notThere : unreachable);
  await openAll(state, key, [{ name, bytes: new Uint8Array(await response.arrayBuffer()) }]);
}

const onlyServed = {
  en: 'This reader fetches nothing: choose the report’s own file.',
  nl: 'Deze lezer haalt niets op: kies het bestand van het rapport.',
};
const notThere = {
  en: 'Omega has no sealed report of this number.',
  nl: 'Omega heeft geen verzegeld rapport met dit nummer.',
};
const unreachable = {
  en: 'Omega could not be reached. Try again, or choose the report’s own file.',
  nl: 'Omega was niet te bereiken. Probeer het opnieuw, of kies het bestand van het rapport.',
};

function refuse(state: State, name: string, words: Translated): void {
  showAll(state, [{ kind: 'refused', name, code: null, words }]);
}

/** The owner compared the sender: what came of it is opened after all. */
export async function trust(state: State, sender: Uint8Array): Promise<void> {
  const { key, screen, memory } = state;
  if (key === null || screen.kind !== 'outcomes') return;
  await remember(state, { trusted: [...memory.trusted, { key: senderText(sender), since: Date.now() }] });
  const asking = screen.outcomes.filter((outcome) => outcome.kind === 'asks');
  await openAll(
    state,
    key,
    asking,
    screen.outcomes.filter((outcome) => outcome.kind !== 'asks'),
  );
}

async function openAll(
  state: State,
  key: DeviceKey,
  ...[files, before = []]: readonly [readonly Sealed[], (readonly Outcome[])?]
): Promise<void> {
  const trusted = state.memory.trusted.map((sender) => sender.key);
  const outcomes = await Promise.all(files.map((file) => openFile(file, key, trusted)));
  const opened = outcomes.filter((outcome) => outcome.kind === 'opened').toSorted(bySeq);
  let { memory } = state;
  const told = withParts(opened).map((file) => {
    const next = noted(memory, file);
    ({ memory } = next);
    return next.file;
  });
  await remember(state, memory);
  const closed = outcomes.filter((outcome) => outcome.kind !== 'opened');
  showAll(state, [...told.toReversed(), ...closed, ...before]);
}

function showAll(state: State, outcomes: readonly Outcome[]): void {
  const [shown] = outcomes;
  if (shown !== undefined) show(state, { kind: 'outcomes', outcomes, shown });
}

function bySeq(one: OpenedFile, other: OpenedFile): number {
  return one.report.meta.seq - other.report.meta.seq;
}
