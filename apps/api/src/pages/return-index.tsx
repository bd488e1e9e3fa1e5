/** Above the commitments of a return: which of them are shown. Within a form each choice saves or keeps the entries. */
import { Options } from './choice.js';
import {
  ROW_CHOICES,
  ROW_CHOICE_WORDS,
  PART_WORDS,
  PARTICIPATIONS,
  isChosen,
  type ChosenRows,
  type RowFacts,
} from './return-choice.js';
import type { View } from './view.js';
import { count } from './words.js';

interface IndexParts {
  readonly view: View;
  readonly rows: readonly RowFacts[];
  readonly chosen: ChosenRows;
  readonly unfold: boolean;
  /** The form that its buttons send; absent: the one that it stands in. */
  readonly form?: string;
  /** A part of the agency as it reads itself. */
  readonly isOwn?: boolean;
}

const select = (
  form: string | undefined,
  name: string,
  label: string,
  chosen: string | undefined,
  options: readonly (readonly [string, string])[],
) =>
  options.length < 2 ? null : (
    <label key={name}>
      {label}{' '}
      <select name={name} form={form}>
        <option value="">All</option>
        <Options of={options} chosen={chosen} />
      </select>
    </label>
  );

export const ReturnIndex = ({ view, rows, chosen, unfold, form, isOwn = false }: IndexParts) => {
  const numberOf = (one: ChosenRows): number => rows.filter((row) => isChosen(row, one)).length;
  const words = (said: string, n: number): string => `${said} (${count(n)})`;
  const themes = [...new Set(rows.flatMap((row) => row.themes))].sort();
  const choices = ROW_CHOICES.filter((only) => only === chosen.only || rows.some((row) => isChosen(row, { only })));
  const selects = [
    select(
      form,
      '_theme',
      'Theme',
      chosen.theme,
      themes.map((theme) => [theme, words(view.names.theme.get(theme) ?? theme, numberOf({ theme }))]),
    ),
    select(
      form,
      '_part',
      isOwn ? 'Your part' : 'Its part',
      chosen.part,
      PARTICIPATIONS.filter((part) => numberOf({ part }) > 0).map((part) => [
        part,
        words(PART_WORDS[part], numberOf({ part })),
      ]),
    ),
  ].filter((one) => one !== null);
  return (
    <div class="return-index" role="group" aria-label="Commitments shown">
      <div class="acts">
        {[undefined, ...choices].map((only) => (
          <button
            key={only}
            class="quiet"
            name="_do"
            value={`show ${only ?? 'all'}`}
            form={form}
            aria-pressed={chosen.only === only}
          >
            {words(only ? ROW_CHOICE_WORDS[only] : 'All', numberOf({ only }))}
          </button>
        ))}
        <button class="quiet" name="_do" value={unfold ? 'fold' : 'unfold'} form={form} aria-pressed={unfold}>
          Unfold them
        </button>
      </div>
      {selects.length > 0 && (
        <div class="acts">
          {selects}
          <button class="quiet" name="_do" value={`show ${chosen.only ?? 'all'}`} form={form}>
            Show them
          </button>
        </div>
      )}
      {chosen.only && <input type="hidden" name="_only" value={chosen.only} form={form} />}
      {unfold && <input type="hidden" name="_unfold" value="yes" form={form} />}
    </div>
  );
};
