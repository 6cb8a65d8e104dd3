import { createHash } from 'node:crypto';

const style =
  'body{margin:15vh auto;max-width:34em;padding:0 1.2em;font:16px/1.5 system-ui,sans-serif}h1{font-size:1.6em}';

/** It loads nothing and runs nothing. */
const policy = `default-src 'none';style-src 'sha256-${createHash('sha256').update(style).digest('base64')}';base-uri 'none';form-action 'none'`;

/** Stands where the page will be until the first one is drawn; it claims nothing, in both languages. */
export const startingPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${policy}"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="5"><title>Omega is starting</title><style>${style}</style></head><body><main><h1>Omega is starting</h1><p>No page has been drawn yet, so nothing is known. This one looks again every five seconds.</p><p>If it is still here after two minutes, on the machine: <code>npm run status</code></p><p lang="nl">Omega start op. Er is nog geen pagina getekend, dus er is niets bekend. Deze kijkt elke vijf seconden opnieuw. Staat ze er na twee minuten nog, geef dan op de machine: <code>npm run status</code></p></main></body></html>`;
