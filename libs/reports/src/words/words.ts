/** The words of reports in a language: a catalogue per language, in one file each. */
import type { en } from './en.js';

/** The words of every language. The form of a word for a number is asked for by its own plural categories. */
export type Words = typeof en;
