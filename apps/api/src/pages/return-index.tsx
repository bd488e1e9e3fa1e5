/** Above the commitments of a return that is written: how far it is, and which of them are shown. Each choice saves what was typed. */
import { ONLY, ONLY_WORDS, PART_WORDS, PARTS, isChosen, type Chosen, type RowFacts } from './return-choice.js';
import type { View } from './view.js';
import { count } from './words.js';

interface IndexParts {
  readonly view: View;
  readonly rows: readonly RowFacts[];
  readonly chosen: Chosen;
  readonly unfold: boolean;
}

const select = (
  name: string,
  label: string,
  chosen: string | undefined,
  options: readonly (readonly [string, string])[],
) =>
  options.length < 2 ? null : (
    <label key={name}>
      {label}{' '}
      <select name={name}>
        <option value="">All</option>
        {options.map(([value, words]) => (
          <option key={value} value={value} selected={value === chosen}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );

export const ReturnIndex = ({ view, rows, chosen, unfold }: IndexParts) => {
  const numberOf = (one: Chosen): number => rows.filter((row) => isChosen(row, one)).length;
  const words = (said: string, n: number): string => `${said} (${count(n)})`;
  const themes = [...new Set(rows.flatMap((row) => row.themes))].sort();
  const choices = ONLY.filter((only) => only === chosen.only || rows.some((row) => isChosen(row, { only })));
  const selects = [
    select(
      '_theme',
      'Theme',
      chosen.theme,
      themes.map((theme) => [theme, words(view.names.theme.get(theme) ?? theme, numberOf({ theme }))]),
    ),
    select(
      '_part',
      'Your part',
      chosen.part,
      PARTS.filter((part) => numberOf({ part }) > 0).map((part) => [part, words(PART_WORDS[part], numberOf({ part }))]),
    ),
  ].filter((one) => one !== null);
  return (
    <div class="return-index" role="group" aria-label="Which commitments are shown">
      <div class="acts">
        {[undefined, ...choices].map((only) => (
          <button
            key={only}
            class="quiet"
            name="_do"
            value={`show ${only ?? 'all'}`}
            aria-pressed={chosen.only === only}
          >
            {words(only ? ONLY_WORDS[only] : 'All', numberOf({ only }))}
          </button>
        ))}
        <button class="quiet" name="_do" value={unfold ? 'fold' : 'unfold'} aria-pressed={unfold}>
          Unfold them
        </button>
      </div>
      {selects.length > 0 && (
        <div class="acts">
          {selects}
          <button class="quiet" name="_do" value={`show ${chosen.only ?? 'all'}`}>
            Show them
          </button>
        </div>
      )}
      {chosen.only && <input type="hidden" name="_only" value={chosen.only} />}
      {unfold && <input type="hidden" name="_unfold" value="yes" />}
    </div>
  );
};
