/** The acts that a page offers to a signed-in person: a short list of buttons, and acts beside each statement. */
import type { ActFor, CommitmentView } from '#acts';
import { ACT_GROUPS, ACTS, type ActGroup } from '#commitments';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { roleWords, textWords } from './words.js';

const GROUP_WORDS: Readonly<Record<ActGroup, string>> = {
  report: 'Report',
  answer: 'Answer',
  content: 'The commitment itself',
  agencies: 'Agencies',
  milestones: 'Milestones',
  links: 'Links',
  end: 'The end of the record',
};

const formPath = ({ href }: ActFor): string => href.slice('/v1'.length);

interface ActsOfferedParts {
  readonly acts: readonly ActFor[];
  readonly commitment: CommitmentView;
}

/** The acts that are shown at once; the others open. */
const GROUPS_IN_SIGHT = ['report', 'answer'];

/** The words for the part of a commitment that an act is about. */
const partInWords = ({ agency, milestone }: ActFor, { agencies, milestones }: CommitmentView): string | null => {
  if (milestone !== undefined) return textWords(milestones.find((one) => one.milestone === milestone)?.title ?? '');
  if (agency === undefined) return null;
  return `${agency}, ${agencies.flatMap((one) => (one.agency === agency ? roleWords(one.role) : [])).join(' and ')}`;
};

const ActLinks = ({ acts, commitment }: ActsOfferedParts) => (
  <ul>
    {acts.map((act) => {
      const part = partInWords(act, commitment);
      return (
        <li key={act.href}>
          <a href={formPath(act)}>
            {ACTS[act.act].button}
            {part && <small>{part}</small>}
          </a>
        </li>
      );
    })}
  </ul>
);

export const ActsOffered = ({ acts, commitment }: ActsOfferedParts) => {
  const grouped = Map.groupBy(acts, ({ act }) => ACTS[act].group);
  const groups = ACT_GROUPS.filter((group) => grouped.has(group));
  if (groups.length === 0) return null;
  const [first, others] = [
    groups.filter((g) => GROUPS_IN_SIGHT.includes(g)),
    groups.filter((g) => !GROUPS_IN_SIGHT.includes(g)),
  ];
  return (
    <nav class="offered" aria-label="Actions">
      <h2>Actions</h2>
      {first.length > 0 && <ActLinks acts={first.flatMap((group) => grouped.get(group)!)} commitment={commitment} />}
      {others.map((group) => (
        <details key={group} open={first.length === 0 || undefined}>
          <summary>{GROUP_WORDS[group]}</summary>
          <ActLinks acts={grouped.get(group)!} commitment={commitment} />
        </details>
      ))}
    </nav>
  );
};

export const StatementActs = createContext<readonly ActFor[]>([]);

export const ActsOnStatement = ({ revision }: { revision: number }) => {
  const own = useContext(StatementActs).filter((act) => act.revision === revision);
  return own.length === 0 ? null : (
    <p class="on-statement">
      {own.map((act) => (
        <a key={act.act} href={formPath(act)}>
          {ACTS[act.act].button}
          <span class="hidden"> statement {revision + 1}</span>
        </a>
      ))}
    </p>
  );
};
