export { default as redis } from './redis.ts';
export { default as chroma } from './chroma.ts';
export { default as worker } from './worker.ts';
export { default as bridge } from './bridge.ts';
export { default as edge } from './edge.ts';
