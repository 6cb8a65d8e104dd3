/** For the report itself, besides what the reader's own policy and the frame's sandbox forbid. */
const policy = "default-src 'none';style-src 'unsafe-inline';img-src data:;form-action 'none';base-uri 'none'";

/** What acts, asks for something, or leads away. */
const acting = 'script,meta[http-equiv],base,link,iframe,object,embed,form,template,audio,video,animate,set';

/**
 * Shows a report as it was written, in a frame of its own that may run nothing, ask nothing and go nowhere: first what
 * could is taken out, then the frame forbids it all the same.
 */
export function reportFrame(html: string, title: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', '');
  frame.title = title;
  frame.srcdoc = quiet(html);
  return frame;
}

function quiet(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html'); // Runs and loads nothing.
  for (const element of page.querySelectorAll(acting)) element.remove();
  for (const element of page.querySelectorAll('*')) {
    for (const { name, value } of Array.from(element.attributes)) {
      if (leadsAway(name, value)) element.removeAttribute(name);
    }
  }
  const rule = page.createElement('meta');
  rule.httpEquiv = 'content-security-policy';
  rule.content = policy;
  page.head.prepend(rule);
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

/** A link within the report stays one; an image may be in the report itself. */
function leadsAway(name: string, value: string): boolean {
  if (/^on|^(?:ping|srcset|poster|background)$/.test(name)) return true;
  if (name === 'src') return !/^data:image\//i.test(value);
  return /href$/i.test(name) && !value.startsWith('#');
}
