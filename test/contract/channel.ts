import { describe, expect, test } from 'vitest';
import type { Channel } from '#holding/health/alerts/deliver.ts';
import type { Alert } from '#holding/health/store/alerts.ts';
import { noon } from '../support/health.ts';

/** A channel over a place of its own. */
export interface OpenChannel extends AsyncDisposable {
  readonly channel: Channel;
  /** What arrived on the other side, oldest first, as texts. */
  readonly arrived: () => Promise<readonly string[]>;
  /** Makes the other side refuse, until it is mended. */
  readonly breakIt: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

export interface ChannelSubject {
  readonly name: string;
  readonly open: () => Promise<OpenChannel>;
  /** Whether it tells an alert that comes again only once. */
  readonly once: boolean;
}

/** An alert that is due. */
export function alertOf(id: number, change: Partial<Alert> = {}): Alert {
  const about = { kind: 'opened', check: 'disk', incident: id, at: noon, due: noon, sound: true } as const;
  return { id, ...about, title: `Disk ${id} is down`, body: 'Since 13:00: it is full', ...change };
}

/** What every channel must do. */
export function channelContract({ name, open, once }: ChannelSubject): void {
  const signal = new AbortController().signal;

  describe(`the channel ${name}`, () => {
    test('has a stable name and says in each language where it tells', async () => {
      await using one = await open();
      expect(one.channel.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(one.channel.where).toMatchObject({ en: expect.any(String), nl: expect.any(String) });
    });

    test('tells an alert with its title and what it says', async () => {
      await using one = await open();
      await one.channel.deliver([alertOf(1)], signal);
      const [text] = await one.arrived();
      expect(text).toContain('Disk 1 is down');
      expect(text).toContain('Since 13:00: it is full');
    });

    test('tells several, none of them left out, in their order', async () => {
      await using one = await open();
      await one.channel.deliver([alertOf(1), alertOf(2), alertOf(3)], signal);
      const all = (await one.arrived()).join('\n');
      const places = [1, 2, 3].map((id) => all.indexOf(`Disk ${id} is down`));
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    });

    test('takes a hundred at once', async () => {
      await using one = await open();
      const hundred = Array.from({ length: 100 }, (_, index) => alertOf(index + 1));
      await one.channel.deliver(hundred, signal);
      const all = (await one.arrived()).join('\n');
      expect(hundred.filter(({ title }) => !all.includes(title))).toEqual([]);
    });

    test.runIf(once)('tells one that comes again only once', async () => {
      await using one = await open();
      await one.channel.deliver([alertOf(1)], signal);
      await one.channel.deliver([alertOf(1), alertOf(2)], signal);
      expect(await one.arrived()).toHaveLength(2);
    });

    test('rejects where it cannot get through, and tells it once it can', async () => {
      await using one = await open();
      await one.breakIt();
      await expect(one.channel.deliver([alertOf(1)], signal)).rejects.toThrow();
      await one.mend();
      await one.channel.deliver([alertOf(1)], signal);
      expect((await one.arrived()).join('\n')).toContain('Disk 1 is down');
    });

    test('sends nothing when its signal was aborted before', async () => {
      await using one = await open();
      const reason = new Error('enough');
      await expect(one.channel.deliver([alertOf(1)], AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(await one.arrived()).toEqual([]);
    });

    test('tells text of somebody else’s as text', async () => {
      await using one = await open();
      const title = '<script>alert(1)</script> *bold* [link](http://example.invalid) ../../etc/passwd';
      await one.channel.deliver([alertOf(1, { title, check: '../../etc' })], signal);
      const arrived = await one.arrived();
      expect(arrived).toHaveLength(1);
      expect(arrived[0]).toContain('<script>alert(1)</script> *bold* [link](http://example.invalid)');
    });
  });
}
