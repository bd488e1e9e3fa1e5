/**
 * Forms made of the fields of a body, with the entries and the faults that were found. They need no script: lists grow
 * by a button that sends the form, and shows it again with room for more. Every handler of a form answers `MORE_BUTTON` so.
 */
import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { formFieldsIn, type FormField, type FieldValues, type BodyClass } from '#platform';
import { labelOf } from '#words';
import { listIdOf, type Suggestion } from '#progress';
import { Options } from './choice.js';
import { choiceWords, faultWords, helpOf } from './field-words.js';
import { KEEPING_SCRIPT } from './asset.js';
import { textWords } from './words.js';
import { PostForm, ReaderContext } from './signed-in.js';
import {
  fieldId,
  KEY,
  MORE_BUTTON,
  REVISION,
  type ShownForm,
  type FormParts,
  type Path,
  faultsAt,
  isFaulty,
  fieldIn,
} from './form-parts.js';

/** The lists from which fields take suggestions, by their ids. */
export const DataLists = ({ of = new Map() }: { of?: FormParts['suggestions'] }) => (
  <>
    {[...of].map(([id, all]) => (
      <datalist key={id} id={id}>
        <Options of={all.map(({ value, label }) => [value, textWords(label)])} />
      </datalist>
    ))}
  </>
);

interface FieldPlaceParts {
  readonly form: FormParts;
  readonly field: FormField;
  readonly path: Path;
  readonly value: unknown;
}

/** The fields of a body, each with its label, help and fault. */
const Fields = ({ form, of, path = [], filled, optional = false }: FieldsParts) => (
  <>
    {formFieldsIn(of)
      .filter(({ name }) => path.length > 0 || !form.without?.includes(name))
      .map((field) => (
        <FieldPlace
          key={field.name}
          form={form}
          field={optional ? { ...field, optional: true } : field}
          path={[...path, field.name]}
          value={filled[field.name]}
        />
      ))}
  </>
);

interface FieldsParts {
  readonly form: FormParts;
  readonly of: BodyClass;
  readonly path?: Path;
  readonly filled: FieldValues;
  /** All of them may be left out. */
  readonly optional?: boolean;
}

/** A field that is a choice, with its options here; its present value stays. */
function narrowed({ form: { choices }, field, path, value }: FieldPlaceParts): FormField {
  const some = choices?.[path.join('.')];
  return some ? { ...field, values: field.values.filter((one) => some.includes(one) || one === value) } : field;
}

export const FieldPlace = (given: FieldPlaceParts) => {
  const parts = { ...given, field: narrowed(given) };
  const { form, field, path, value } = parts;
  // There is nothing to choose.
  if (field.kind === 'choice' && field.optional && field.values.length < 2 && given.field.values.length > 1)
    return value === undefined ? null : <input type="hidden" name={path.join('.')} value={String(value)} />;
  const inner = field.of ?? form.within?.[field.name] ?? null;
  if (field.kind === 'pointer' && !form.places?.length) return null;
  if (field.kind === 'plain' && !inner) return null;
  if (!inner) return field.several ? <SeveralTexts {...parts} /> : <OneText {...parts} />;
  const isPlain = field.kind === 'plain';
  const within = field.several ? (
    <SeveralObjects {...parts} of={inner} />
  ) : (
    <Fields
      form={isPlain ? { ...form, within: {} } : form}
      of={inner}
      path={path}
      filled={(value ?? {}) as FieldValues}
      optional={isPlain}
    />
  );
  const isOpen = value !== undefined || isFaulty(form, path) || form.more?.startsWith(path.join('.'));
  const head = (
    <>
      <Help id={fieldId(path)} field={field} />
      <Faults form={form} path={path} />
    </>
  );
  return field.optional && !isPlain ? (
    <details class="field group" id={fieldId(path)} open={isOpen || undefined}>
      <summary>
        {labelOf(field.name)} {form.needs?.[path.join('.')] && <Optional {...parts} />}
      </summary>
      {head}
      {within}
    </details>
  ) : (
    <fieldset class="field group" id={fieldId(path)}>
      <legend>{labelOf(field.name)}</legend>
      {head}
      {within}
    </fieldset>
  );
};

/** `Agencies` → `Agency` */
const singularLabel = (label: string): string =>
  label.includes(' ') ? label : label.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');

const SeveralObjects = ({ form, field, path, value, of }: FieldPlaceParts & { of: BodyClass }) => {
  const known = listOrNone(value);
  const wants = form.more === path.join('.');
  const room = known.length === 0 ? (wants ? 2 : 1) : wants ? 1 : 0;
  const rows: readonly unknown[] = [...known, ...Array.from({ length: room }, () => ({}))];
  return (
    <>
      {rows.map((row, i) => (
        <fieldset key={i} class="row" id={fieldId([...path, String(i)])}>
          <legend>
            {singularLabel(labelOf(field.name))} {i + 1}
          </legend>
          <Faults form={form} path={[...path, String(i)]} />
          <Fields form={form} of={of} path={[...path, String(i)]} filled={row as FieldValues} />
        </fieldset>
      ))}
      <MoreButton path={path} />
    </>
  );
};

/** The empty fields that a list of texts has room for. */
const EMPTY_FIELDS_PER_LIST = 2;

const listOrNone = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const SeveralTexts = ({ form, field, path, value }: FieldPlaceParts) => {
  const known = listOrNone(value) as readonly string[];
  const head = (
    <>
      <legend>
        {labelOf(field.name)} <Optional form={form} field={field} path={path} />
      </legend>
      <Help id={fieldId(path)} field={field} />
      <Faults form={form} path={path} />
    </>
  );
  const boxes =
    field.kind === 'choice'
      ? field.values.map((one) => ({ value: one, label: choiceWords(one) }))
      : field.kind === 'pointer'
        ? form.places!
        : null;
  if (boxes)
    return (
      <fieldset class="field boxes" id={fieldId(path)}>
        {head}
        {boxes.map(({ value: one, label }) => (
          <label key={one}>
            <input type="checkbox" name={path.join('.')} value={one} checked={known.includes(one)} />
            <span dir="auto">{label}</span>
          </label>
        ))}
      </fieldset>
    );
  const rows = [
    ...known,
    ...Array<string>(form.more === path.join('.') ? 2 * EMPTY_FIELDS_PER_LIST : EMPTY_FIELDS_PER_LIST).fill(''),
  ];
  return (
    <fieldset class="field several" id={fieldId(path)}>
      {head}
      {rows.map((one, i) => {
        const at = [...path, String(i)];
        return (
          <div key={i}>
            <Faults form={form} path={at} />
            <Input
              form={form}
              field={field}
              path={at}
              name={path.join('.')}
              value={one}
              label={`${labelOf(field.name)} ${i + 1}`}
            />
          </div>
        );
      })}
      <MoreButton path={path} />
    </fieldset>
  );
};

const OneText = ({ form, field, path, value }: FieldPlaceParts) => (
  <div class={faultsAt(form, path).length > 0 ? 'field wrong' : 'field'}>
    <label for={fieldId(path)}>
      {labelOf(field.name)} <Optional form={form} field={field} path={path} />
    </label>
    <Help id={fieldId(path)} field={field} />
    <Faults form={form} path={path} />
    <Input form={form} field={field} path={path} name={path.join('.')} value={typeof value === 'string' ? value : ''} />
  </div>
);

const Optional = ({ form: { needs }, field, path }: Omit<FieldPlaceParts, 'value'>) =>
  field.optional ? <small>({needs?.[path.join('.')] ?? 'optional'})</small> : null;

const Help = ({ id, field }: { id: string; field: FormField }) => {
  const help = helpOf(field);
  return help === null ? null : (
    <p class="help" id={`${id}-help`}>
      {help}
    </p>
  );
};

export const Faults = ({ form, path }: { form: FormParts; path: Path }) => {
  const faults = faultsAt(form, path);
  return faults.length === 0 ? null : (
    <p class="fault" id={`${fieldId(path)}-fault`}>
      {faults.map(faultWords).join(' ')}
    </p>
  );
};

/** The submit button that a browser takes for Enter is the first one of a form; these never are: see `Form`. */
const MoreButton = ({ path }: { path: Path }) => (
  <button class="quiet" name={MORE_BUTTON} value={path.join('.')} formaction={`#${fieldId(path)}`}>
    Add another<span class="hidden">: {labelOf(path.at(-1)!)}</span>
  </button>
);

interface InputParts {
  readonly form: FormParts;
  readonly field: FormField;
  readonly path: Path;
  readonly name: string;
  readonly value: string;
  /** Where no label stands beside it. */
  readonly label?: string;
}

const Input = ({ form, field, path, name, value, label }: InputParts) => {
  const { kind, optional, max, values } = field;
  const isWrong = faultsAt(form, path).length > 0;
  const about = [helpOf(field) && !label && `${fieldId(path)}-help`, isWrong && `${fieldId(path)}-fault`].filter(
    Boolean,
  );
  const shared = {
    id: fieldId(path),
    name,
    'aria-label': label,
    'aria-describedby': about.join(' ') || undefined,
    'aria-invalid': isWrong ? ('true' as const) : undefined,
    required: (!optional && !label) || undefined,
  };
  const choices = (options: readonly Suggestion[]) => (
    <select {...shared}>
      <option value="">{optional ? '–' : 'Choose …'}</option>
      <Options of={options.map((one) => [one.value, one.label])} chosen={value} />
    </select>
  );
  switch (kind) {
    case 'choice':
      return choices(values.map((one) => ({ value: one, label: choiceWords(one) })));
    case 'pointer':
      return choices(form.places!);
    case 'yes-no':
      return choices([
        { value: 'true', label: 'Yes' },
        { value: 'false', label: 'No' },
      ]);
    case 'words':
      return (
        <textarea {...shared} rows={4} maxLength={max} dir="auto">
          {value}
        </textarea>
      );
    case 'date':
      return <input {...shared} type="date" value={value} />;
    case 'number':
      return <input {...shared} inputMode="decimal" value={value} />;
    case 'address':
      return <input {...shared} type="url" value={value} maxLength={max} />;
    case 'period':
      return <input {...shared} class="short" value={value} maxLength={20} />;
    case 'language':
      return <input {...shared} class="short" value={value} maxLength={35} />;
    default: {
      const list = listIdOf(field);
      const suggested = list !== null && form.suggestions?.has(list) ? list : undefined;
      return (
        <input {...shared} value={value} maxLength={max} list={suggested} dir={kind === 'text' ? 'auto' : undefined} />
      );
    }
  }
};

/** The faults, with links to their fields. */
const Summary = ({ form, refused }: { form: FormParts; refused?: string | undefined }) => {
  const { faults = [] } = form;
  if (faults.length === 0 && !refused) return null;
  return (
    <div class="callout faults" role="alert" aria-labelledby="faults">
      <h2 id="faults">{faults.length > 0 ? 'Something is not right yet' : 'This was not recorded'}</h2>
      {faults.length === 0 && <p>{refused}</p>}
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.pointer} ${fault.message}`}>
            {fieldIn(form, fault.pointer) ? (
              <a href={`#${fieldId(fault.pointer.split('/').slice(1))}`}>{faultWords(fault)}</a>
            ) : (
              faultWords(fault)
            )}
          </li>
        ))}
      </ul>
    </div>
  );
};

interface WholeParts extends Omit<FormParts, keyof ShownForm> {
  readonly shown: ShownForm;
  readonly action: string;
  readonly submit: string;
  /** Where it leads without being sent. */
  readonly back: string;
  readonly children?: ComponentChildren;
}

/** Its script keeps the entries of a signed-in person until they are sent and recorded. */
export const Form = ({ shown, action, submit, back, children, ...parts }: WholeParts) => {
  const { session } = useContext(ReaderContext);
  const { key, revision, refused, ...filledIn } = shown;
  const form = { ...parts, ...filledIn };
  const hidden = { [KEY]: key, [REVISION]: revision };
  return (
    <>
      <Summary form={form} refused={refused} />
      {children}
      <PostForm class="entry act" action={action} hidden={hidden} noValidate data-keeps={session?.account}>
        {/* Enter sends the form; the first button of a form is the one that is then taken to be pressed. */}
        <button class="hidden" tabIndex={-1} aria-hidden="true">
          {submit}
        </button>
        <Fields form={form} of={form.of} filled={form.filled} />
        <DataLists of={form.suggestions} />
        <div class="acts">
          <button type="submit">{submit}</button>
          <a href={back}>Back without recording</a>
        </div>
      </PostForm>
      {session && <script src={KEEPING_SCRIPT.path} defer />}
    </>
  );
};
