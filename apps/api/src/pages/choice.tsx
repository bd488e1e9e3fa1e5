/** The select boxes of forms. */
import type { ComponentProps } from 'preact';
import type { Framework, Theme } from '#registers';
import type { View } from './view.js';

/** A select of a form; it shows the present value even if that is not among the options. */
export type Option = readonly [value: string, label: string];

export interface ChoiceParts {
  readonly name: string;
  readonly label: string;
  /** The label of no choice. */
  readonly any: string;
  readonly options: readonly Option[];
  readonly groups?: readonly { readonly label: string; readonly options: readonly Option[] }[];
  readonly value: unknown;
}

/** A choice of a form; without a value it has the one that is asked for. */
export type Choosable = Omit<ChoiceParts, 'value'> & Partial<Pick<ChoiceParts, 'value'>>;

export const choice = (
  name: string,
  label: string,
  any: string,
  options: ChoiceParts['options'],
  value?: unknown,
): Choosable => ({ name, label, any, options, value });

export const Choices = ({ view: { asked }, of }: { view: View; of: readonly Choosable[] }) => (
  <>
    {of.map(({ value, ...one }) => (
      <Choice key={one.name} {...one} value={value === undefined ? asked[one.name] : value} />
    ))}
  </>
);

export const yesNoOptions = (yes: string, no: string): ChoiceParts['options'] => [
  ['true', yes],
  ['false', no],
];

export const optionsOf = <C extends string>(codes: readonly C[], words: (code: C) => string): ChoiceParts['options'] =>
  codes.map((code) => [code, words(code)]);

/** Agencies to choose from, by their codes. */
export const agencyOptions = ({ names }: View, codes: Iterable<string>): ChoiceParts['options'] =>
  optionsOf([...codes], (code) => `${code} – ${names.agency.get(code) ?? code}`);

/** Themes to choose from, under their frameworks. */
export const byFramework = (frameworks: readonly Framework[], themes: readonly Theme[]): ChoiceParts['groups'] =>
  frameworks.map(({ code, name }) => ({
    label: name,
    options: themes.filter(({ framework }) => framework === code).map(({ code, label }) => [code, label] as const),
  }));

const Choice = ({ name, label, any, options, groups = [], value }: ChoiceParts) => {
  const asked = value === undefined || value === null ? '' : String(value);
  const known = [...options, ...groups.flatMap(({ options }) => options)].some(([value]) => value === asked);
  return (
    <label>
      <span>{label}</span>
      <select name={name}>
        <option value="">{any}</option>
        {asked && !known && (
          <option value={asked} selected>
            {asked}
          </option>
        )}
        <Options of={options} chosen={asked} />
        {groups.map(({ label, options }) => (
          <optgroup key={label} label={label}>
            <Options of={options} chosen={asked} />
          </optgroup>
        ))}
      </select>
    </label>
  );
};

/** A field below its label, in a form of filters. */
export const Field = ({ label, ...input }: ComponentProps<'input'> & { readonly label: string }) => (
  <label>
    <span>{label}</span>
    <input {...input} />
  </label>
);

export const Options = ({ of, chosen }: { of: readonly Option[]; chosen?: string | null | undefined }) => (
  <>
    {of.map(([value, label]) => (
      <option key={value} value={value} selected={value === chosen} dir="auto">
        {label}
      </option>
    ))}
  </>
);
