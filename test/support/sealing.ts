import { monitorEventLoopDelay } from 'node:perf_hooks';
import { makeKeyPair } from '#holding/report/envelope.ts';
import { sealAside } from '#holding/report/seal-thread.ts';
import { meta, seed } from '../report/envelope/sample.ts';
import { sodiumSeal } from '../report/envelope/sodium-orp1.ts';

/** How long sealing took, a number a round; in milliseconds. */
export interface SealTimes {
  readonly ms: readonly number[];
  /** The same by libsodium, turn by turn. */
  readonly sodiumMs: readonly number[];
  /** The longest that the event loop stood still while Omega sealed. */
  readonly longestHeldMs: number;
}

/** Seals so many bytes again and again as the outbox does, and as an implementation on libsodium does. */
export async function sealAsMany(options: {
  readonly bytes: number;
  readonly rounds: number;
  readonly signal: AbortSignal;
}): Promise<SealTimes> {
  const body = crypto.getRandomValues(Buffer.alloc(Math.min(options.bytes, 65_536)));
  const whole = Buffer.alloc(options.bytes, body);
  const recipients = [makeKeyPair().publicKey, makeKeyPair().publicKey];
  const making = { recipients, seed, meta: Buffer.from(JSON.stringify(meta)), body: whole };
  const ms: number[] = [];
  const sodiumMs: number[] = [];
  const held = monitorEventLoopDelay({ resolution: 1 });
  for (let round = 0; round < options.rounds; round += 1) {
    held.enable();
    ms.push(await timed(() => sealAside({ recipients, seed, meta, body: whole }, options.signal)));
    held.disable();
    const [ephemeral, contentKey] = [
      crypto.getRandomValues(Buffer.alloc(32)),
      crypto.getRandomValues(Buffer.alloc(32)),
    ];
    sodiumMs.push(await timed(async () => sodiumSeal({ ...making, ephemeral, contentKey })));
  }
  return { ms, sodiumMs, longestHeldMs: held.max / 1e6 };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
