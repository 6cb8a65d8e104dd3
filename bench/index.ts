export { default as queue } from './queue.ts';
export { default as ticks } from './ticks.ts';
export { default as jobs } from './jobs.ts';
export { default as idle } from './idle.ts';
