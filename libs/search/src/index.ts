/** Search: what is asked for, in which words of a text it is found, and an index of many texts. */
export * from './query.js';
export * from './search-index.js';
export { isLanguage, wordsOf, type Language } from './words.js';
