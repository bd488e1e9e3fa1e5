/** The rounds that are being prepared, for the secretariat: nobody else sees them. */
import type { Round } from '#bodies';
import type { Rounds } from '#rounds';
import { Section } from './layout.js';
import { NameLink } from './links.js';
import { path } from './view.js';
import { dateWords } from './words.js';

/** The rounds that are being prepared, as they would be opened. */
export async function roundsPrepared(rounds: Rounds): Promise<readonly Round[]> {
  const drafts = await Promise.all((await rounds.prepared()).map(({ id }) => rounds.draft(id)));
  return drafts.flatMap((draft) => draft?.content ?? []);
}

export const RoundsInPreparation = ({ rounds }: { rounds: readonly Round[] }) =>
  rounds.length === 0 ? null : (
    <Section title="Being prepared">
      <ul class="items">
        {rounds.map(({ code, name, opens }) => (
          <li key={code}>
            <NameLink to={path('rounds', code)} name={name} /> <small>to be opened on {dateWords(opens)}</small>
          </li>
        ))}
      </ul>
    </Section>
  );
