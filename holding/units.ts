// Every business unit, a line each.
export { default as marketing } from './marketing/unit.ts';
