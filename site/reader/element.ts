/** What an element is given: attributes, and what is done on a click. */
export type Given = Readonly<Record<string, string | boolean | (() => unknown)>>;

/** What stands in an element: text, which is never read as markup, other elements, or nothing. */
export type Child = string | Node | null | readonly Child[];

/** Makes an element: what it is given may be left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  ...content: readonly [Given | Child, ...Child[]]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const part of content) {
    if (isChild(part)) element.append(...nodesOf(part));
    else give(element, part);
  }
  return element;
}

function isChild(part: Given | Child): part is Child {
  return part === null || typeof part === 'string' || part instanceof Node || Array.isArray(part);
}

function nodesOf(child: Child): (string | Node)[] {
  if (child === null) return [];
  return typeof child === 'string' || child instanceof Node ? [child] : child.flatMap(nodesOf);
}

function give(element: HTMLElement, given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'function') element.addEventListener(name, () => void value());
    else if (typeof value === 'string') element.setAttribute(name, value);
    else element.toggleAttribute(name, value);
  }
}
