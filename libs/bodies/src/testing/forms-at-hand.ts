/** The forms of bodies for tests of rules: most rules need none, and then no declarations are loaded. */
import type { Forms } from '../forms.js';

let handed: Forms | undefined;

/** Gives the rules of a spec the real declarations (`forms` of `#bodies`). */
export const handForms = (forms: Forms): void => void (handed = forms);

const real = (): Forms => {
  if (!handed) throw new Error('This rule asks about bodies: import testing/real-forms.js.');
  return handed;
};

export const formsAtHand: Forms = {
  isFreeText: (field) => real().isFreeText(field),
  searchedIn: (...what) => real().searchedIn(...what),
  check: (...what) => real().check(...what),
};
