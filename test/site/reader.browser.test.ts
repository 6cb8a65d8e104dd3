import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKeyPair, parsePublicKey, parseSecretKey, secretKeyText } from '#holding/report/envelope.ts';
import { publicKeyOf } from '#holding/report/envelope/keys.ts';
import { codeWords } from '#holding/report/envelope/words.ts';
import { languages, type Language } from '#lib/language.ts';
import { findChromium, startChromium } from '../support/chromium.ts';
import { listener, reportPress, servedReader, type ReportPress, type ServedReader } from '../support/reader.ts';

const chromium = findChromium();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const screenshots = join(import.meta.dirname, '..', 'screenshots');
/** There is no event of what does not happen: so long it could have. */
const timeToActMs = 300;
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', nl: 'nl-NL' };

if (chromium === null) test.skip('the reader: skipped, for there is no Chromium on the PATH', () => {});

describe.skipIf(chromium === null)('the reader', () => {
  let browser: Browser;
  let reader: ServedReader;

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    [browser, reader] = await Promise.all([startChromium(chromium ?? ''), servedReader()]);
  });

  afterAll(async () => {
    await browser?.close();
    await reader?.[Symbol.asyncDispose]();
  });

  /** A device of its own: nothing of another test is kept in it. */
  async function device(options: BrowserContextOptions = {}): Promise<Page & AsyncDisposable> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    return Object.assign(page, { [Symbol.asyncDispose]: async () => context.close() });
  }

  async function takeKey(page: Page, secretKey: string, address = reader.url): Promise<void> {
    await page.goto(address);
    await page.locator('input[type=password]').fill(secretKey);
    await page.locator('form button').first().click();
    await page.locator('.drop').waitFor();
  }

  async function drop(page: Page, ...files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const given = files.map(([name, bytes]) => ({ name, mimeType: '', buffer: Buffer.from(bytes) }));
    await page.evaluate('document.querySelector("main").toggleAttribute("data-old", true)');
    await page.locator('.drop input').setInputFiles(given);
    await page.locator('main:not([data-old]) h2', { hasText: /^(?:Another one|Nog een)$/ }).waitFor();
  }

  /** With the key of a press, and its sender trusted, by a first report that is opened. */
  async function settled(page: Page, press: ReportPress, address = reader.url): Promise<void> {
    await takeKey(page, press.secretKey, address);
    await drop(page, ['first.orp', press.seal().bytes]);
    await page.locator('main .first').click();
    await page.locator('.code').filter({ hasText: '/ack 1' }).waitFor();
  }

  const heading = (page: Page): Promise<string> => page.locator('h1').innerText();
  const codes = (page: Page): Promise<string[]> => page.locator('main > .card > code').allInnerTexts();

  test('makes a key, shows its public half to paste and its secret half once, and has it at the next visit', async () => {
    await using page = await device();
    await page.goto(reader.url);
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByText('Show it', { exact: true }).click();
    const secret = parseSecretKey(await page.locator('details code').innerText());
    await page.getByRole('button', { name: 'I saved it' }).click();
    const shown = await page.locator('code').filter({ hasText: 'omega-rpk1-' }).innerText();
    expect(parsePublicKey(shown)).toEqual(publicKeyOf(secret));
    await page.getByText('As a QR code').click();
    expect(await page.getByRole('img', { name: 'The public key as a QR code' }).count()).toBe(1);
    await page.reload();
    await expect.poll(() => heading(page)).toBe('Open a report');
    expect(await page.content()).not.toContain('omega-rsk1');
  });

  test('keeps the key where no script can read it out', async () => {
    await using page = await device();
    await takeKey(page, reportPress().secretKey);
    const kept = await page.evaluate(`new Promise((resolve, reject) => {
      const opening = indexedDB.open('omega-reader');
      opening.onerror = reject;
      opening.onsuccess = () => {
        const asking = opening.result.transaction('kept').objectStore('kept').get('key');
        asking.onsuccess = () => crypto.subtle.exportKey('pkcs8', asking.result.secret).then(() => resolve('read out'), (error) => resolve(error.name));
      };
    })`);
    expect(kept).toBe('InvalidAccessError');
    await page.locator('main > details > summary').click();
    expect(await page.locator('main').innerText()).toContain('The key is locked into this browser');
  });

  test('a browser that knows no X25519 opens reports all the same, and says how the key lies there', async () => {
    await using page = await device();
    await page.addInitScript('SubtleCrypto.prototype.importKey = () => Promise.reject(new Error("unknown"))');
    const press = reportPress();
    await settled(page, press);
    await page.goto(`${reader.url}#`);
    await page.locator('main > details > summary').click();
    expect(await page.locator('main').innerText()).toContain('The key lies open in this browser');
  });

  test('asks to compare the first sender, then opens the report and shows what acknowledges it', async () => {
    await using page = await device();
    const press = reportPress();
    const { bytes, receipt } = press.seal({ body: '<h1>Three trends</h1>' });
    await takeKey(page, press.secretKey);
    await drop(page, ['a.orp', bytes]);
    await expect.poll(() => heading(page)).toBe('Is this your Omega?');
    expect(await page.locator('main').innerText()).not.toContain('Three trends');
    await page.getByRole('button', { name: 'It is the same' }).click();
    await page
      .locator('.code')
      .filter({ hasText: `/ack 1 ${receipt}` })
      .waitFor();
    expect(await page.frameLocator('iframe').locator('h1').innerText()).toBe('Three trends');
  });

  test('opens a report by its number in one step', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    reader.reports.set(2, press.seal({ body: '<h1>The second</h1>' }).bytes);
    await page.goto(`${reader.url}#2`);
    expect(await page.frameLocator('iframe').locator('h1').innerText()).toBe('The second');
    await page.goto(`${reader.url}#3`);
    await page.getByText('Omega has no sealed report of this number.').waitFor();
  });

  test('a key that was not copied whole is refused in words', async () => {
    await using page = await device();
    await page.goto(reader.url);
    await page.locator('input[type=password]').fill(secretKeyText(makeKeyPair().secretKey).slice(0, -1));
    await page.locator('form button').first().click();
    await page.getByRole('alert').filter({ hasText: codeWords.E_KEY_CHECKSUM.en }).waitFor();
  });

  test('says in words, and by its code, why a report is not opened', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    const { bytes } = press.seal();
    const flipped = Uint8Array.from(bytes);
    flipped[bytes.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const cases = [
      ['E_SHORT', bytes.slice(0, 50)],
      ['E_CHUNK', bytes.slice(0, -1)],
      ['E_CHUNK', flipped],
      ['E_MAGIC', new Uint8Array(200)],
      ['E_NOT_FOR_ME', reportPress().seal().bytes],
    ] as const;
    for (const [code, wrong] of cases) {
      await page.getByRole('link', { name: 'Ω Omega' }).click();
      await page.locator('h1').filter({ hasText: 'Open a report' }).waitFor();
      await drop(page, ['wrong.orp', wrong]);
      const said = await page.locator('main .bad').innerText();
      expect(said).toContain(codeWords[code].en);
      expect(said).toContain(code);
      expect(await page.locator('iframe').count()).toBe(0);
    }
  });

  test('a report of another sender is kept closed until the owner says so, with a warning', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    const other = reportPress(9);
    const forged = { ...other, secretKey: press.secretKey };
    await page.goto(`${reader.url}#`);
    await page.locator('main > details > summary').click();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Remove the key' }).click();
    await page.locator('input[type=password]').fill(other.secretKey);
    await page.locator('form button').first().click();
    await page.locator('.drop').waitFor();
    await drop(page, ['forged.orp', forged.seal().bytes]);
    await expect.poll(() => heading(page)).toBe('Another sender than until now');
    expect(await page.locator('iframe').count()).toBe(0);
    await page.getByRole('button', { name: 'It differs: leave it closed' }).click();
    await expect.poll(() => heading(page)).toBe('Open a report');
  });

  test('a gap is told with its numbers, a report that came before as read, a fork as a warning', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    const fourth = press.seal({ seq: 4 });
    await drop(page, ['4.orp', fourth.bytes]);
    await page.getByText('Report #4').first().waitFor();
    await expect.poll(() => codes(page)).toEqual(['E_GAP']);
    expect(await page.locator('.warn').innerText()).toContain('#2–3');
    await drop(page, ['4.orp', fourth.bytes]);
    await page.getByText(codeWords.E_REPLAY.en).waitFor();
    await drop(page, ['4b.orp', press.seal({ seq: 4, body: 'another' }).bytes]);
    await page.getByText(codeWords.E_FORK.en).waitFor();
    await expect.poll(() => page.locator('iframe').count()).toBe(1);
  });

  test('silence is told: a report that promised the next one by a time that is past', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    await drop(page, ['2.orp', press.seal({ nextBy: '2020-01-01T00:00:00Z' }).bytes]);
    await page.getByText('Report #2').first().waitFor();
    expect(await codes(page)).toEqual(['E_OVERDUE']);
    await page.reload();
    await expect.poll(() => codes(page)).toEqual(['E_OVERDUE']); // The page reads its store first.
  });

  test('several files at once: each is opened or refused by itself, in the order of their numbers', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    const [second, third] = [press.seal(), press.seal()];
    await drop(page, ['c.orp', third.bytes], ['b.orp', second.bytes], ['notes.txt', Buffer.from('hello')]);
    await page.getByText('Report #3').first().waitFor();
    expect(await page.locator('main .rows li').allInnerTexts()).toEqual([
      expect.stringContaining('#3'),
      expect.stringContaining('#2'),
      expect.stringContaining('notes.txt'),
    ]);
    expect(await codes(page)).toEqual([]);
  });

  test('a report of several parts is put together, and says which are missing', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    const { createHash } = await import('node:crypto');
    const whole = '<h1>In two</h1>';
    const sha512 = createHash('sha512').update(whole).digest('hex');
    const first = press.seal({ body: whole.slice(0, 5), part: { i: 1, n: 2, sha512 } });
    const second = press.seal({ body: whole.slice(5), part: { i: 2, n: 2, sha512 } });
    await drop(page, ['1.orp', first.bytes]);
    await page.getByText('Open them all at once; missing: 2.').waitFor();
    await drop(page, ['2.orp', second.bytes], ['1.orp', first.bytes]);
    expect(await page.frameLocator('iframe').locator('h1').innerText()).toBe('In two');
  });

  /** Everything by which a page could act, or ask something of a server. */
  const hostileTo = (
    server: string,
  ): string => `<!doctype html><html><head><meta http-equiv="refresh" content="0;url=${server}refresh">
    <base href="${server}"><link rel="stylesheet" href="${server}s.css"><link rel="preconnect" href="${server}">
    <style>@import url(${server}i.css); body { background: url(${server}b.png) } p { color: rgb(1, 2, 3) }</style>
    <script>parent.document.title = 'taken'; fetch('${server}f')</script></head>
    <body onload="parent.document.title = 'taken'"><p id="text">Harmless</p>
    <img src="${server}x.png" srcset="${server}y.png 2x" onerror="parent.document.title = 'taken'"><img alt="" src="x" onerror="alert(1)">
    <iframe src="${server}frame"></iframe><object data="${server}o"></object>
    <form action="${server}form"><input name="a"><button>send</button></form>
    <a href="${server}link" ping="${server}ping">a link</a> <a id="script" href="javascript:parent.document.title='taken'">another</a>
    <svg><a href="${server}svg"><text y="9">svg</text></a><image href="${server}svg.png"/></svg><video poster="${server}v.png" src="${server}v"></video></body></html>`;

  test('what a report holds does nothing and asks nothing, also when it is clicked', async () => {
    await using page = await device();
    await using elsewhere = await listener();
    const press = reportPress();
    await settled(page, press);
    const asked: string[] = [];
    const dialogs: string[] = [];
    // What the policy stops is told as a request as well; it gets no answer.
    page.context().on('response', (response) => asked.push(response.url()));
    page.on('dialog', (dialog) => dialogs.push(dialog.message()));
    await drop(page, ['h.orp', press.seal({ body: hostileTo(elsewhere.url) }).bytes]);
    const inside = page.frameLocator('iframe');
    await inside.locator('#text').waitFor();
    const colour = 'getComputedStyle(document.querySelector("#text")).color';
    expect(await page.frames().at(-1)?.evaluate(colour)).toBe('rgb(1, 2, 3)');
    for (const link of await inside.locator('a').all()) await link.click({ noWaitAfter: true, force: true });
    await page.waitForTimeout(timeToActMs);
    expect(await inside.locator('#text').innerText()).toBe('Harmless');
    expect(asked.filter((url) => !/^(?:data|about):/.test(url))).toEqual([]);
    expect([elsewhere.asked, dialogs]).toEqual([[], []]);
    expect(await page.title()).toBe('Report #2 · Omega');
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('');
  });

  test('the frame and the policy forbid it too, where nothing was taken out', async () => {
    await using page = await device();
    await using elsewhere = await listener();
    await page.goto(reader.url);
    await page.locator('h1').waitFor();
    const title = await page.title();
    await page.evaluate(`(() => {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', '');
      frame.srcdoc = ${JSON.stringify(hostileTo(elsewhere.url))};
      document.body.append(frame);
    })()`);
    await expect
      .poll(() => page.frames().at(1)?.evaluate('document.querySelector("#text")?.textContent'))
      .toBe('Harmless');
    await page.waitForTimeout(timeToActMs);
    expect(elsewhere.asked).toEqual([]);
    expect(await page.title()).toBe(title);
  });

  test('nothing of a report’s text is kept, nor is it sent', async () => {
    await using page = await device();
    const press = reportPress();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.method() + request.url()));
    await settled(page, press);
    await drop(page, ['c.orp', press.seal({ body: '<p>canary-4711</p>', name: 'canary-4711.html' }).bytes]);
    await page.getByText('Report #2').first().waitFor();
    const kept = await page.evaluate(`new Promise((resolve) => {
      const opening = indexedDB.open('omega-reader');
      opening.onsuccess = () => {
        const asking = opening.result.transaction('kept').objectStore('kept').getAll();
        asking.onsuccess = () => resolve(JSON.stringify(asking.result) + JSON.stringify({ ...localStorage, ...sessionStorage }));
      };
    })`);
    expect(kept).toContain('"seq":2');
    expect(kept).not.toContain('canary-4711');
    expect(asked.filter((url) => !url.endsWith('/icon.svg'))).toEqual([`GET${reader.url}`]);
  });

  test('the one file works from a disk, and makes no request but for itself', async () => {
    await using page = await device();
    const address = pathToFileURL(reader.file).href;
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await settled(page, reportPress(), address);
    expect(await page.frameLocator('iframe').locator('h1').innerText()).toBe('All well');
    expect(asked.filter((url) => !/^(?:data|about):/.test(url))).toEqual([address]);
    expect(complaints).toEqual([]);
    await page.reload();
    await expect
      .poll(() => heading(page), { message: 'a store that all files share keeps no key' })
      .toBe('This device has no key yet');
  });

  test('from a disk it keeps the key where the owner says so, and fetches nothing by number', async () => {
    await using page = await device();
    const address = pathToFileURL(reader.file).href;
    await page.goto(address);
    await page.getByRole('checkbox').check();
    await page.locator('input[type=password]').fill(reportPress().secretKey);
    await page.locator('form button').first().click();
    await page.locator('.drop').waitFor();
    await page.goto(`${address}#42`);
    await page.getByText('This reader fetches nothing').waitFor();
    await page.reload();
    await expect.poll(() => heading(page)).toBe('This cannot be opened');
  });

  test('where the browser keeps nothing it works until it is closed, and says so', async () => {
    await using page = await device();
    await page.addInitScript(
      'Object.defineProperty(globalThis, "indexedDB", { get: () => { throw new DOMException("no", "SecurityError"); } })',
    );
    await page.goto(reader.url);
    await page.getByText('This browser keeps nothing here').waitFor();
    await settled(page, reportPress());
  });

  test('a browser that first asks its owner whether it may keep things keeps nobody waiting', async () => {
    await using page = await device();
    await page.addInitScript('StorageManager.prototype.persist = () => new Promise(() => {})');
    await page.goto(reader.url);
    await expect.poll(() => heading(page)).toBe('This device has no key yet');
  });

  test('a folder that was dropped, or a report that broke off on its way, is refused in words', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    await page.evaluate(`{
      const broken = () => Promise.reject(new DOMException('no', 'NotFoundError'));
      Blob.prototype.arrayBuffer = broken;
      Response.prototype.arrayBuffer = broken;
    }`);
    await drop(page, ['folder', new Uint8Array(500)]);
    expect(await page.locator('main .bad').innerText()).toContain(codeWords.E_SHORT.en);
    reader.reports.set(2, press.seal().bytes);
    await page.evaluate('location.hash = "#2"');
    await page.getByText('#2', { exact: true }).waitFor();
    expect(await page.locator('main .bad').innerText()).toContain(codeWords.E_SHORT.en);
  });

  test('of two reports that were asked for one after the other the later one is shown, however late the first comes', async () => {
    await using page = await device();
    const press = reportPress();
    await settled(page, press);
    for (const seq of [2, 3]) reader.reports.set(seq, press.seal({ body: `<h1>Number ${seq}</h1>` }).bytes);
    const late = Promise.withResolvers<void>();
    await page.route('**/reports/2.orp', async (route) => {
      await late.promise;
      await route.continue();
    });
    const asked = page.waitForRequest('**/reports/2.orp');
    await page.evaluate('location.hash = "#2"');
    await asked;
    await page.evaluate('location.hash = "#3"');
    await page.getByText('Report #3').first().waitFor();
    const answered = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/2.orp'));
    late.resolve();
    await answered;
    await page.waitForTimeout(timeToActMs);
    await expect.poll(() => heading(page)).toBe('Report #3');
  });

  test('two tabs know of each other: what one opened is not forgotten by the other, nor whom one trusts no more', async () => {
    await using one = await device();
    const press = reportPress();
    await settled(one, press);
    const other = await one.context().newPage();
    await other.goto(reader.url);
    await other.locator('.drop').waitFor();
    const [second, third] = [press.seal(), press.seal()];
    await drop(one, ['2.orp', second.bytes]);
    await one.getByText('Report #2').first().waitFor();
    await drop(other, ['3.orp', third.bytes]);
    await other.getByText('Report #3').first().waitFor();
    expect(await codes(other)).toEqual([]);
    await one.goto(`${reader.url}#`);
    await one.reload();
    await expect.poll(() => one.locator('main .rows li').count()).toBe(3);
    await one.locator('main > details > summary').click();
    one.on('dialog', (dialog) => void dialog.accept());
    await one.getByRole('button', { name: 'Trust it no more' }).click();
    await one.getByRole('button', { name: 'Trust it no more' }).waitFor({ state: 'detached' });
    await drop(other, ['4.orp', press.seal().bytes]);
    await expect.poll(() => heading(other)).toBe('Is this your Omega?');
    await other.reload();
    await other.locator('main > details > summary').click();
    expect(await other.getByRole('button', { name: 'Trust it no more' }).count()).toBe(0);
  });

  test('the language of the browser is spoken, and the other one at a press', async () => {
    await using page = await device({ locale: 'nl-NL' });
    await page.goto(reader.url);
    await expect.poll(() => heading(page)).toBe('Dit apparaat heeft nog geen sleutel');
    await page.getByRole('button', { name: 'English' }).click();
    await expect.poll(() => heading(page)).toBe('This device has no key yet');
    await page.reload();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  });

  test('by keyboard alone a key is made and its public half reached', async () => {
    await using page = await device();
    await page.goto(reader.url);
    await page.getByRole('button', { name: 'Make a key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save as a file' }).waitFor();
    expect(await page.evaluate('document.activeElement.localName')).toBe('h1');
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('omega-rpk1-').waitFor();
  });

  test.each(languages)('every screen fits a phone, and has nothing that axe finds, in %s', async (language) => {
    await using page = await device({ locale: locales[language], bypassCSP: true });
    const press = reportPress();
    const look = async (name: string): Promise<void> => {
      await page.addScriptTag({ path: axe });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 740 });
          expect(await page.evaluate('document.documentElement.scrollWidth'), `${name} ${width}`).toBe(width);
        }
        await page.screenshot({
          path: join(screenshots, `reader-${language}-${name}-${colorScheme}.png`),
          fullPage: true,
        });
        const found = await page.evaluate(
          `axe.run(document, { iframes: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
        );
        expect(found, name).toEqual([]);
      }
    };
    await page.goto(reader.url);
    await look('keyless');
    await page.locator('main .first').first().click();
    await page.locator('details').waitFor();
    await look('made');
    await page.locator('main > button').click();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await look('new');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.locator('button.plain').last().click();
    await page.locator('input[type=password]').fill(press.secretKey);
    await page.locator('form button').first().click();
    await page.locator('.drop').waitFor();
    await drop(page, ['1.orp', press.seal().bytes]);
    await look('asks');
    await page.locator('main .first').click();
    await page.locator('.code').waitFor();
    await drop(
      page,
      ['4.orp', press.seal({ seq: 1234, nextBy: '2020-01-01T00:00:00Z' }).bytes],
      ['x.orp', new Uint8Array(9)],
    );
    await page.locator('.rows').waitFor();
    await look('opened');
    await page.locator('.rows button').click();
    await look('refused');
    await page.goto(`${reader.url}#`);
    await look('list');
  });
});
