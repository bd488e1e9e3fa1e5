/** Search: queries, their matches in a text, and an index of many texts. */
export { Answers } from './answers.js';
export * from './query.js';
export * from './search-index.js';
export { RisingLists, Sequences, type KeptArrays } from './lists.js';
export { isLanguage, wordsOf, type Language } from './words.js';
