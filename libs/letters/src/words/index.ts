/** The words of letters in each language. */
import type { ReportLanguage } from '#words';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { LetterWords } from './words.js';

const WORDS_BY_LANGUAGE: Readonly<Record<ReportLanguage, LetterWords>> = { en, fr, es };
export const letterWords = (language: ReportLanguage): LetterWords => WORDS_BY_LANGUAGE[language];
export type { RoundLetter } from './about.js';
export type { LetterWords } from './words.js';
