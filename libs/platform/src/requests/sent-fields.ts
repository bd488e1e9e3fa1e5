/** The fields of a form as they were sent: texts, lists of texts, and objects and lists by the dots in their names. */
export class FormFields {
  readonly [name: string]: FormValue;
}
export type FormValue = string | readonly FormValue[] | { readonly [name: string]: FormValue };
