import type { Language } from '#lib/language.ts';

const unitNames = {
  en: { d: 'd', h: 'h', min: 'min', s: 's', ms: 'ms' },
  nl: { d: 'd', h: 'u', min: 'min', s: 's', ms: 'ms' },
} as const;

const sizes = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1000 },
] as const;

/** A length of time in its two largest units: `19 d 4 h`, `2 min 5 s`, `41 s`, `12 ms`; never rounded up. */
export function lasting(ms: number, language: Language): string {
  const names = unitNames[language];
  if (ms < 1000) return `${Math.floor(ms)} ${names.ms}`;
  const index = sizes.findIndex((size) => ms >= size.ms);
  const [first, second] = sizes.slice(index);
  if (first === undefined) return `${Math.floor(ms / 1000)} ${names.s}`;
  const whole = `${Math.floor(ms / first.ms)} ${names[first.unit]}`;
  const rest = second === undefined ? 0 : Math.floor((ms % first.ms) / second.ms);
  return second === undefined || rest === 0 ? whole : `${whole} ${rest} ${names[second.unit]}`;
}

/** How long something took: a latency, from ten seconds on a length of time; `–` where there is none. */
export function tookWords(ms: number | null, language: Language): string {
  if (ms === null) return '–';
  return ms < 10_000 ? latencyWords(Math.max(0, ms), language) : lasting(ms, language);
}

/** A round latency beside an axis: `5 ms`, `0.5 s`. */
export function axisWords(ms: number, language: Language): string {
  return latencyWords(ms, language).replace(/[.,]0 /, ' ');
}

/** A latency with two figures that count: `0.4 ms`, `12 ms`, `340 ms`, `1.2 s`. */
export function latencyWords(ms: number, language: Language): string {
  const number = (value: number, digits: number): string => {
    const text = value.toFixed(digits);
    return language === 'nl' ? text.replace('.', ',') : text;
  };
  if (ms < 9.95) return `${number(ms, ms > 0 && ms < 0.05 ? 2 : 1)} ms`;
  if (ms < 999.5) return `${number(ms, 0)} ms`;
  return `${number(ms / 1000, ms < 9950 ? 1 : 0)} s`;
}
