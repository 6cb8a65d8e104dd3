import type { IndexView } from '#holding/health/views.ts';
import { sayIn } from '#lib/language.ts';

/**
 * The icons beside the page: Ω as a path, so that no font is needed, within the circle that phones may cut out. The PNG
 * files were made of icon.svg by a headless Chromium: a page with nothing but the image, at 180, 192 and 512 pixels.
 */
export const iconFiles = ['icon.svg', 'icon-180.png', 'icon-192.png', 'icon-512.png'] as const;

/** What a phone needs to put the page among its apps. */
export function manifestJson({ language, host }: Pick<IndexView, 'language' | 'host'>): string {
  return JSON.stringify({
    id: '/',
    name: `Omega ${host.name}`,
    short_name: 'Omega',
    description: sayIn(language)({ en: 'How Omega is, at a glance', nl: 'In één oogopslag hoe het met Omega is' }),
    lang: language,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f7f7f4',
    theme_color: '#f7f7f4',
    icons: [
      { src: '/icon.svg', type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
      ...[192, 512].flatMap((size) =>
        ['any', 'maskable'].map((purpose) => ({
          src: `/icon-${size}.png`,
          type: 'image/png',
          sizes: `${size}x${size}`,
          purpose,
        })),
      ),
    ],
  });
}
