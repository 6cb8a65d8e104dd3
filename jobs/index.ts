// The table of contents: every job, and when it runs. The comments are held to the schedules by a test.
export { default as heartbeat } from './heartbeat.ts'; // * * * * * UTC
export { default as siteRender } from './site-render.ts'; // 10 * * * * * UTC
export { default as housekeeping } from './housekeeping.ts'; // 7 * * * * UTC
export { default as canary } from './canary.ts'; // when asked for
export { default as alertSend } from './alert-send.ts'; // 20 * * * * * UTC
export { default as trendReport } from './trend-report.ts'; // 30 6 * * * local
export { default as memoryIndex } from './memory-index.ts'; // */5 * * * * UTC
export { default as memoryConsolidate } from './memory-consolidate.ts'; // 10 4 * * * local
export { default as reportSend } from './report-send.ts'; // */5 * * * * UTC
export { default as botCommand } from './bot-command.ts'; // when asked for
