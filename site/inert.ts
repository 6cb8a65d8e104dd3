/**
 * Characters that a page must never pass on from a check's words: controls (which terminals and parsers act on), and
 * those that turn the direction of text around or cannot be seen, with which a name can be made to read as another.
 */
const hidden = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/gu;

/** A copy of a view in which every text is plain; markup within it is escaped by the page itself. */
export function inert<View>(view: View): View;
export function inert(view: unknown): unknown {
  if (typeof view === 'string') return view.replace(hidden, ' ').toWellFormed();
  if (Array.isArray(view)) return view.every(isNumber) ? view : view.map((item) => inert<unknown>(item));
  if (typeof view !== 'object' || view === null) return view;
  return Object.fromEntries(Object.entries(view).map(([key, value]) => [key, inert<unknown>(value)]));
}

/** Most of a view are the latencies of its lines, which hold no text. */
function isNumber(item: unknown): boolean {
  return typeof item === 'number';
}
