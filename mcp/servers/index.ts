export { default as filesystem } from './filesystem.ts';
export { default as braveSearch } from './brave-search.ts';
export { default as github } from './github.ts';
export { default as google } from './google.ts';
