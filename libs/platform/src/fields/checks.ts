/** Checks of texts that fields share. */
import { ValidateBy } from 'class-validator';
import { Rejected } from '#eventsourcing';
import { isVisible, isWholeNumber, unfitIn, type Unfit } from '#text';
import { isCountry } from './countries.js';

export const validator = (name: string, message: string, validate: (value: unknown) => boolean) =>
  ValidateBy({ name, validator: { validate, defaultMessage: () => `$property ${message}` } });

/** The first character that no text may hold, anywhere in a value. */
function firstUnfit(value: unknown): Unfit | null {
  if (typeof value === 'string') return unfitIn(value);
  if (typeof value !== 'object' || value === null) return null;
  const texts = Array.isArray(value) ? value : Object.entries(value).flat();
  for (const text of texts) {
    const unfit = firstUnfit(text);
    if (unfit) return unfit;
  }
  return null;
}

/** Refuses characters that some output cannot hold, by name. */
export const fitText = ValidateBy({
  name: 'isFit',
  validator: {
    validate: (value) => firstUnfit(value) === null,
    defaultMessage: (args) => {
      const { code, what, at } = firstUnfit(args?.value)!;
      return `$property may not hold ${code} (${what}, after ${at} ${at === 1 ? 'character' : 'characters'})`;
    },
  },
});

export const isShown = (value: unknown): boolean => typeof value !== 'string' || isVisible(value);

/** Whether it leads to the same place from any page: on one of the same scheme `https:a.example` is a path of its own site. */
export const isWholeAddress = (address: unknown): boolean =>
  typeof address === 'string' && /^https?:\/\//i.test(address) && URL.canParse(address);

/** Whether the host of an address has no user before it, as a browser reads it. */
export const hasNoUser = (address: unknown): boolean => {
  if (typeof address !== 'string' || !URL.canParse(address)) return true; // refused as no address
  const { username, password } = new URL(address);
  return !username && !password && !/^[^/?#]*[/\\]{2}[^/?#\\]*@/.test(address);
};

/** The number that an address or a hidden field holds. @throws Rejected `bad_request` for one that we have not written so */
export function wholeNumberIn(name: string, text: string): number {
  if (!isWholeNumber(text)) throw new Rejected('bad_request', `${name} is a whole number such as 12, not ${text}.`);
  return Number(text);
}

/** Refuses codes of no country, by name. */
export const areCountries = ValidateBy({
  name: 'areCountries',
  validator: {
    validate: (codes: unknown) => Array.isArray(codes) && codes.every(isCountry),
    defaultMessage: (args) =>
      `Unknown country: ${[args?.value as unknown]
        .flat()
        .filter((code) => !isCountry(code))
        .map((code) => (code && typeof code === 'object' ? JSON.stringify(code) : code))
        .join(', ')} (ISO 3166-1 alpha-3)`,
  },
});
