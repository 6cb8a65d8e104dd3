import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordId } from '#holding/memory/record.ts';
import type { VectorIndex } from '#holding/memory/vectors/vector-index.ts';
import { fakeClock } from '../support/clock.ts';
import { countingGrams, fact, memoryFolder, type TestMemory } from '../support/memory.ts';

/** An index of vectors that a test can take away. */
export interface Outage extends AsyncDisposable {
  readonly index: VectorIndex;
  /** From here on nothing answers. */
  readonly begin: () => Promise<void>;
  /** It answers again, with all that it had. */
  readonly end: () => Promise<void>;
  /** It answers again, and has lost all that it had. */
  readonly endEmpty: () => Promise<void>;
}

const noon = Date.UTC(2026, 10, 22, 12);
const dayMs = 86_400_000;

/** What the memory does whichever index of vectors it has. */
export function testMemoryOver(name: string, open: () => Promise<Outage>): void {
  describe(`the memory over ${name}`, () => {
    let outage: Outage;
    let place: TestMemory;
    const clock = fakeClock(noon);

    beforeEach(async () => {
      outage = await open();
      place = memoryFolder({ index: outage.index, clock });
    });
    afterEach(async () => {
      await place[Symbol.asyncDispose]();
      await outage[Symbol.asyncDispose]();
    });

    test('remembers what it recalls', async () => {
      const memory = await place.open();
      const [receipt] = await memory.remember([fact('Ingrid of the bakery answers the phone after two only.')]);
      expect(receipt).toMatchObject({ outcome: 'remembered', superseded: [], redacted: 0, reason: null });
      await memory.catchUp();
      const recall = await memory.recall({ text: 'when does Ingrid answer the phone?' });
      expect(recall.degraded).toBeNull();
      expect(recall.hits[0]?.record.id).toBe(receipt?.id);
      expect(recall.hits[0]?.vector).toBeGreaterThan(0);
    });

    test('keeps a text once, however often it is told', async () => {
      const memory = await place.open();
      const [first] = await memory.remember([fact('The newsletter goes out on Fridays.')]);
      const [again] = await memory.remember([fact('the newsletter  goes out on fridays.')]);
      const [near] = await memory.remember([fact('The newsletter also goes out on Fridays!')]);
      expect([again?.outcome, near?.outcome]).toEqual(['double', 'near-double']);
      expect([again?.id, near?.id]).toEqual([first?.id, first?.id]);
      expect(memory.find(first?.id ?? '')?.told).toBe(3);
      expect(memory.stats().counts).toEqual([{ unit: 'marketing', kind: 'fact', records: 1 }]);
    });

    test('tells the newer of two versions, and the older only as history', async () => {
      const memory = await place.open();
      const [old] = await memory.remember([fact('The hosting costs 12 euro a month.', { createdAt: noon - dayMs })]);
      const [newer] = await memory.remember([fact('The hosting costs 14 euro a month.')]);
      expect(newer?.superseded).toEqual([old?.id]);
      const { hits } = await memory.recall({ text: 'what does the hosting cost?' });
      expect(hits.map(({ record }) => record.id)).toEqual([newer?.id]);
      const history = await memory.recall({ text: 'what does the hosting cost?', history: true });
      expect(history.hits.map(({ record }) => record.id)).toEqual([newer?.id, old?.id]);
    });

    test('forgets a text everywhere, and never takes it back', async () => {
      const memory = await place.open();
      const text = 'Wietske Zandstra keeps the spare key of the warehouse.';
      const [receipt] = await memory.remember([fact(text)]);
      await memory.catchUp();
      await memory.forget([receipt?.id ?? ''], { why: 'she asked for it' });
      await memory.catchUp();
      expect((await memory.recall({ text, untrusted: true, history: true })).hits).toEqual([]);
      expect([...memory.export()].join('\n')).not.toContain('Zandstra');
      const [again] = await memory.remember([fact(text)]);
      expect(again?.outcome).toBe('forgotten');
      expect(await memory.verify()).toMatchObject({ ok: true, records: 0, indexAsked: true });
    });

    test('forgets none where one is not there', async () => {
      const memory = await place.open();
      const [receipt] = await memory.remember([fact('The key hangs beside the door.')]);
      const unknown = recordId({ kind: 'fact', unit: 'marketing', text: 'never told' });
      await expect(memory.forget([receipt?.id ?? '', unknown], { why: 'a test' })).rejects.toMatchObject({
        code: 'E_MEMORY_UNKNOWN',
      });
      expect(memory.find(receipt?.id ?? '')).not.toBeNull();
    });

    test('revises: a new text takes the place of the old, an importance is set in place', async () => {
      const memory = await place.open();
      const [old] = await memory.remember([fact('The printer of the shop is called Veldman.')]);
      const revised = await memory.revise(old?.id ?? '', {
        text: 'The printer of the shop is called Noord.',
        why: 'moved',
      });
      expect(revised.superseded).toEqual([old?.id]);
      await memory.revise(revised.id, { importance: 9, why: 'it matters' });
      expect(memory.find(revised.id)).toMatchObject({ importance: 9, status: 'active' });
      expect(memory.find(old?.id ?? '')).toMatchObject({ status: 'superseded', supersededBy: revised.id });
    });

    test('goes on by words while the index is away, says so, and catches up when it is back', async () => {
      const memory = await place.open();
      await memory.remember([fact('The flyer is printed in Zwolle.')]);
      await memory.catchUp();
      await outage.begin();
      const [receipt] = await memory.remember([fact('The stickers are printed in Nijkerk.')]);
      expect(receipt?.outcome).toBe('remembered');
      const recall = await memory.recall({ text: 'where are the stickers printed?' });
      expect(recall.hits[0]?.record.id).toBe(receipt?.id);
      expect(recall.degraded).not.toBeNull();
      expect(memory.stats().index).toMatchObject({ pending: 1, fault: expect.any(String) });
      await outage.end();
      expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
      expect((await memory.recall({ text: 'where are the stickers printed?' })).degraded).toBeNull();
      expect(await memory.verify()).toMatchObject({ ok: true, indexAsked: true });
    });

    test('fills an index that lost everything, by itself', async () => {
      const memory = await place.open();
      await memory.remember([fact('The flyer is printed in Zwolle.'), fact('Gerda corrects until noon.')]);
      await outage.begin();
      await outage.endEmpty();
      expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
      expect(await memory.verify()).toMatchObject({ ok: true, records: 2, indexAsked: true });
    });

    test('rebuilds both indexes from the journal', async () => {
      const memory = await place.open();
      await memory.remember([fact('The flyer is printed in Zwolle.'), fact('Gerda corrects until noon.')]);
      expect(await memory.rebuild()).toMatchObject({ pending: 0, fault: null });
      expect(await memory.verify()).toMatchObject({ ok: true, records: 2, indexAsked: true });
    });

    test('moves to another model while the old one answers', async () => {
      const before = await place.open();
      await before.remember([fact('The flyer is printed in Zwolle.')]);
      await before.catchUp();
      const old = countingGrams('test-grams-v1');
      let isAway = true;
      const model = countingGrams('other-grams-v1', 96);
      const embed: typeof model.embed = async (...given) => {
        if (isAway && given[1] === 'document') throw new Error('the new model is being loaded');
        return model.embed(...given);
      };
      const after = await place.open({
        embedder: { ...model, embed },
        embedderOf: (space) => (space === old.space ? old : null),
      });
      expect(await after.catchUp()).toMatchObject({ space: old.space, next: model.space, pending: 1 });
      const meanwhile = await after.recall({ text: 'where is the flyer printed?' });
      expect(meanwhile.hits[0]?.vector).toBeGreaterThan(0);
      isAway = false;
      expect(await after.catchUp()).toMatchObject({ space: model.space, next: null, pending: 0, fault: null });
      expect(await outage.index.spaces(AbortSignal.timeout(5000))).toEqual([model.space]);
      expect((await after.recall({ text: 'where is the flyer printed?' })).hits[0]?.vector).toBeGreaterThan(0);
    });

    test('exports what another memory takes in, the same to the byte', async () => {
      const memory = await place.open();
      const [first] = await memory.remember([fact('The hosting costs 12 euro a month.', { createdAt: noon - dayMs })]);
      await memory.remember([fact('The hosting costs 14 euro a month.'), fact('Gerda corrects until noon.')]);
      await memory.remember([
        fact('Gerda corrects until noon!', { source: { type: 'feed', ref: 'https://a.example/1' } }),
      ]);
      const [gone] = await memory.remember([fact('Wietske keeps the key.')]);
      await memory.forget([gone?.id ?? ''], { why: 'a test' });
      const lines = [...memory.export()];
      await using elsewhere = memoryFolder({ clock });
      const other = await elsewhere.open();
      expect(await other.import(lines)).toEqual({ records: 3, known: 0, tombstones: 1, forgotten: 0 });
      expect([...other.export()]).toEqual(lines);
      expect(other.find(first?.id ?? '')?.status).toBe('superseded');
      expect(await memory.import(lines)).toEqual({ records: 0, known: 3, tombstones: 0, forgotten: 0 });
      expect([...memory.export()]).toEqual(lines);
    });

    test('takes 10,000 records at once, and tells how far it is', async () => {
      const memory = await place.open();
      const texts = Array.from({ length: 10_000 }, (_, at) =>
        fact(`Order ${1000 + at} of customer ${at % 97} was sent by mail.`),
      );
      const progress: number[] = [];
      const receipts = await memory.remember(texts, { onProgress: (done) => progress.push(done) });
      expect(receipts).toHaveLength(10_000);
      expect(new Set(receipts.map(({ outcome }) => outcome))).toEqual(new Set(['remembered']));
      expect(progress.at(-1)).toBe(10_000);
      expect(await memory.catchUp()).toMatchObject({ pending: 0, fault: null });
      expect(await memory.verify()).toMatchObject({ ok: true, records: 10_000, indexAsked: true });
    }, 240_000);
  });
}
