/** The countries that papers name: those of today (ISO 3166-1), those of before (ISO 3166-3), and Kosovo by the code in common use. */
import { isISO31661Alpha3 } from 'class-validator';
// Its own door loads the names in all languages.
import countries from 'i18n-iso-countries/index.js';
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' };

countries.registerLocale(english);

/** Countries that are no more, by the alpha-3 code that they had; XKX is a code that ISO leaves to users. */
const COUNTRIES_BESIDE: Readonly<Record<string, string>> = {
  AFI: 'French Afars and Issas',
  ANT: 'Netherlands Antilles',
  ATB: 'British Antarctic Territory',
  ATN: 'Dronning Maud Land',
  BUR: 'Burma',
  BYS: 'Byelorussian SSR',
  CSK: 'Czechoslovakia',
  CTE: 'Canton and Enderbury Islands',
  DDR: 'German Democratic Republic',
  DHY: 'Dahomey',
  FXX: 'Metropolitan France',
  GEL: 'Gilbert and Ellice Islands',
  HVO: 'Upper Volta',
  JTN: 'Johnston Island',
  MID: 'Midway Islands',
  NHB: 'New Hebrides',
  NTZ: 'Neutral Zone',
  PCI: 'Pacific Islands (Trust Territory)',
  PCZ: 'Panama Canal Zone',
  PUS: 'United States Miscellaneous Pacific Islands',
  RHO: 'Southern Rhodesia',
  SCG: 'Serbia and Montenegro',
  SKM: 'Sikkim',
  SUN: 'Union of Soviet Socialist Republics',
  TMP: 'East Timor',
  VDR: 'Democratic Republic of Viet-Nam',
  WAK: 'Wake Island',
  XKX: 'Kosovo',
  YMD: 'Democratic Yemen',
  YUG: 'Yugoslavia',
  ZAR: 'Zaire',
};

/** The alpha-3 codes of all countries. */
export const COUNTRIES: readonly string[] = [
  ...new Set([...Object.keys(countries.getAlpha3Codes()), ...Object.keys(COUNTRIES_BESIDE)]),
];

/** `CHE` → `Switzerland` */
export const countryName = (code: string): string => COUNTRIES_BESIDE[code] ?? countries.getName(code, 'en') ?? code;

/** Whether it is the alpha-3 code of a country, in upper case. */
export const isCountry = (code: unknown): boolean =>
  typeof code === 'string' &&
  (Object.hasOwn(COUNTRIES_BESIDE, code) || (isISO31661Alpha3(code) && code === code.toUpperCase()));
