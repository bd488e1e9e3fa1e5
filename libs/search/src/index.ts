/** Search: queries, their matches in a text, and an index of many texts. */
export * from './query.js';
export * from './search-index.js';
export { isLanguage, wordsOf, type Language } from './words.js';
