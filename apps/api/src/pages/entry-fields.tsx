/** The fields of an entry that its page does not place itself: a new field of its class is shown at once. */
import type { ComponentChildren } from 'preact';
import { entryClass } from '#acts';
import { formFieldsIn, type FormField, type FieldValues } from '#platform';
import { PATHS, labelOf } from '#words';
import { Fact } from './fact.js';
import { choiceWords } from './field-words.js';
import { Joined, Listed } from './links.js';
import type { RegisterKind } from './register-words.js';
import { Words } from './source.js';
import { path, type View } from './view.js';
import { count, countryName, dateWords, languageName, sentence } from './words.js';

interface EntryParts<E> {
  readonly view: View;
  readonly kind: RegisterKind;
  readonly entry: E;
  /** The fields that the page shows at places of their own. */
  readonly placed: readonly (keyof E)[];
}

/** In the order of the class, each with its label. */
export function entryFacts<E extends object>({ view, kind, entry, placed }: EntryParts<E>): ComponentChildren[] {
  const said = entry as FieldValues;
  return formFieldsIn(entryClass(kind)).flatMap((field) => {
    const values = placed.includes(field.name as keyof E) ? [] : valuesInWords(said, field, view);
    return values.length === 0 ? (
      []
    ) : (
      <Fact key={field.name} name={labelOf(field.name)}>
        <Joined all={values} />
      </Fact>
    );
  });
}

/** The values of a field, one or many, in words. */
const valuesInWords = (said: FieldValues, field: FormField, view: View): ComponentChildren[] =>
  [said[field.name] ?? []].flat().map((value) => fieldValueWords(value, field, view));

export const EntryFacts = <E extends object>(parts: EntryParts<E>) => {
  const facts = entryFacts(parts);
  return facts.length > 0 ? <dl class="clocks">{facts}</dl> : null;
};

function fieldValueWords(value: unknown, { kind, of, registers }: FormField, view: View): ComponentChildren {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return count(value);
  if (of) return <Listed all={formFieldsIn(of).flatMap((field) => valuesInWords(value as FieldValues, field, view))} />;
  const text = String(value);
  switch (kind) {
    case 'choice':
      return choiceWords(text);
    case 'word':
      return sentence(text);
    case 'period':
    case 'date':
      return dateWords(text);
    case 'language':
      return languageName(text);
    case 'country':
      return countryName(text);
    case 'address':
      return (
        <a href={text} rel="noreferrer nofollow">
          {text}
        </a>
      );
    case 'code': {
      const register = registers.find((one) => one in view.names && view.names[one as NamedRegister].has(text));
      if (!register) return text;
      return (
        <a href={view.link(path(PATHS[register], text))} dir="auto">
          {view.names[register as NamedRegister].get(text)}
        </a>
      );
    }
    default:
      return <Words text={text} />;
  }
}
type NamedRegister = keyof View['names'];
