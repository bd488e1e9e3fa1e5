/** The words of letters in a language: a catalogue per language, in one file each. */
import type { en } from './en.js';

/** Every language has these. */
export type LetterWords = typeof en;
