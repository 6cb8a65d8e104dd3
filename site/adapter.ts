import { createHash } from 'node:crypto';
import { createApp } from 'astro/app/entrypoint';

const app = createApp({ streaming: false });

/** Astro by itself answers a failed page with status 500 and no body, and keeps the cause: here it is thrown. */
app.renderError = (_request, { status, error }) => {
  throw error instanceof Error ? error : new Error(`Astro answered with status ${status}`);
};

const policy = contentPolicy();

/** Draws one page from what it is handed. @throws whatever the page threw. */
export async function render(path: string, locals: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await app.render(new Request(new URL(path, 'http://page.invalid')), {
    locals: { ...locals, policy },
  });
  const html = await response.text();
  if (response.status !== 200 || html === '') throw new Error(`status ${response.status}, ${html.length} characters`);
  return html;
}

/**
 * What the page may load and run: its own style and script by their hashes, and nothing else. The hashes are taken
 * from the build and never from a rendered page, so that what a page shows can add none.
 */
function contentPolicy(): string {
  const styles = app.manifest.routes
    .flatMap((route) => route.styles)
    .map((style) => (style.type === 'inline' ? style.content : ''));
  const hashes = [...new Set(styles)].map(hashSource); // Pages share them.
  const scripts = [...app.manifest.inlinedScripts.values()];
  return [
    "default-src 'none'",
    `style-src ${hashes.join(' ')}`,
    `script-src ${scripts.map(hashSource).join(' ')}`,
    "img-src 'self' data:", // The icons of the manifest as well.
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join(';');
}

function hashSource(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
