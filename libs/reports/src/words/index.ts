/** The words of reports in each language. */
import type { Language } from '../report.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { Words } from './words.js';

const WORDS_BY_LANGUAGE: Readonly<Record<Language, Words>> = { en, fr, es };
export const reportWords = (language: Language): Words => WORDS_BY_LANGUAGE[language];
export { say, type CountedList } from './language.js';
export type { Flow } from './en.js';
export type { Words } from './words.js';
