import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '#lib/atomic-file.ts';
import { codeOf } from '#lib/errors.ts';
import { damageOf } from '#lib/sqlite.ts';
import { setBrokenAside } from '#ops/chroma-folder.ts';
import { openChroma } from './chroma.ts';
import type { StormPlace } from './memory-writer.ts';

/** A storm's Chroma, which is started again as the supervisor does it; one thing at a time is done to it. */
export interface StormChroma extends AsyncDisposable {
  /** Kills it, and starts it again; where it is to be spoilt, on garbage in place of its vectors. */
  readonly kill: (options: { readonly isSpoilt: boolean }) => Promise<void>;
  /** Ends it, sets its folder aside and starts it with an empty one. */
  readonly repair: () => Promise<void>;
  /** How often its folder was. */
  readonly setAside: () => number;
}

export async function openStormChroma({ chroma: folder, address }: StormPlace): Promise<StormChroma> {
  const chroma = await openChroma(folder);
  const marker = `${folder}-broken`;
  let setAside = 0;
  let turn: Promise<void> = writeFileAtomic(address, chroma.address);
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work);
    return turn;
  };
  const beginAnew = async (why: string): Promise<void> => {
    await chroma.kill();
    await writeFile(marker, `${why}\n`);
    await setBrokenAside(folder, marker);
    setAside += 1;
    await chroma.restart();
  };
  const start = async (): Promise<void> => {
    try {
      await chroma.restart();
    } catch (error) {
      const damage = codeOf(error) === 'E_CHROMA_START' ? damageOf(join(folder, 'chroma.sqlite3')) : null;
      if (damage === null) throw error;
      await beginAnew(damage);
    }
  };
  await turn;
  return {
    kill: ({ isSpoilt }) =>
      inTurn(async () => {
        await (isSpoilt ? chroma.corrupt() : chroma.kill());
        await start();
        await writeFileAtomic(address, chroma.address);
      }),
    repair: () =>
      inTurn(async () => {
        await beginAnew('a writer said so');
        await writeFileAtomic(address, chroma.address);
      }),
    setAside: () => setAside,
    [Symbol.asyncDispose]: async () => {
      await turn.catch(() => {}); // Told to whoever asked for it.
      await chroma[Symbol.asyncDispose]();
    },
  };
}
