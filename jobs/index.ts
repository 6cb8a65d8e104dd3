// The table of contents: every job, and when it runs. The comments are held to the schedules by a test.
export { default as heartbeat } from './heartbeat.ts'; // * * * * * UTC
export { default as siteRender } from './site-render.ts'; // 10 * * * * * UTC
export { default as housekeeping } from './housekeeping.ts'; // 30 3 * * * local
export { default as canary } from './canary.ts'; // when asked for
export { default as trendReport } from './trend-report.ts'; // 30 6 * * * local
export { default as memoryIndex } from './memory-index.ts'; // */5 * * * * UTC
export { default as memoryConsolidate } from './memory-consolidate.ts'; // 10 4 * * * local
