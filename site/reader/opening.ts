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
  const sealed = files.map(async (file) => ({ name: file.name, bytes: await bytesOf(file.slice(0, mostBytes)) }));
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
  const bytes = await bytesOf(response);
  if (location.hash === name) await openAll(state, key, [{ name, bytes }]); // Else another one was asked for meanwhile.
}

/** No envelope is longer; a film that was dropped by mistake is. */
const mostBytes = 2 ** 25;

/** A folder, or what breaks off on its way, cannot be read: it is as empty. */
async function bytesOf(from: Blob | Response): Promise<Uint8Array> {
  return new Uint8Array(await from.arrayBuffer().catch(() => []));
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
  const { key, screen } = state;
  if (key === null || screen.kind !== 'outcomes') return;
  const trusted = { key: senderText(sender), since: Date.now() };
  await remember(state, (memory) => ({ ...memory, trusted: [...memory.trusted, trusted] }));
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
  await remember(state, (memory) => memory); // Another tab may have stopped trusting somebody.
  const trusted = state.memory.trusted.map((sender) => sender.key);
  const outcomes = await Promise.all(files.map((file) => openFile(file, key, trusted)));
  const opened = outcomes.filter((outcome) => outcome.kind === 'opened').toSorted(bySeq);
  let told: readonly OpenedFile[] = [];
  await remember(state, (remembered) => {
    let memory = remembered;
    told = withParts(opened).map((file) => {
      const next = noted(memory, file);
      ({ memory } = next);
      return next.file;
    });
    return memory;
  });
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
