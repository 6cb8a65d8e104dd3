import { qrModules } from './qr-modules.ts';

const drawing = 'http://www.w3.org/2000/svg';
/** Around it must be so much white. */
const border = 4;

/** A short text as a QR code, dark on white whatever the page's colours, for the other device's camera. */
export function qrCode(text: string, label: string): SVGElement {
  const rows = qrModules(text);
  const size = rows.length + 2 * border;
  const svg = document.createElementNS(drawing, 'svg');
  svg.setAttribute('viewBox', `${-border} ${-border} ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const path = document.createElementNS(drawing, 'path');
  path.setAttribute('d', rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join(''));
  svg.append(path);
  return svg;
}
