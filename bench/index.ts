export { default as queue } from './queue.ts';
export { default as ticks } from './ticks.ts';
export { default as jobs } from './jobs.ts';
export { default as idle } from './idle.ts';
export { default as trend } from './trend.ts';
export { default as mcp } from './mcp.ts';
export { default as memory } from './memory.ts';
