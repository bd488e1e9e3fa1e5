/** The entries of registers as rows of tables. */
import type { AgencyAsAt, Forum, OutcomeAsAt } from '#bodies';
import type { Register } from '#registers';
import { agendaCell, membershipCell } from '#text';

type RowMaker = (entry: object) => object;

/** Of a name or membership its content and dates, not its source. */
const agencyRow = ({ names, memberships, chairs, ...agency }: Partial<AgencyAsAt>) => ({
  ...agency,
  ...(names && { names: names.map(({ name, from }) => (from ? `${name} (from ${from})` : name)) }),
  ...(memberships && { memberships: memberships.map(membershipCell) }),
  ...(chairs && { chairs: chairs.map(membershipCell) }),
});

/** Who endorsed it and since when. */
const outcomeRow = ({ endorsed, ...entry }: Partial<OutcomeAsAt>) => ({
  ...entry,
  ...(endorsed && { endorsed: endorsed.map(({ by, reportedOn }) => `${by} (${reportedOn})`) }),
});

const forumRow = ({ agenda, ...forum }: Partial<Forum>) => ({
  ...forum,
  ...(agenda && { agenda: agenda.map(agendaCell) }),
});

const ROW_MAKERS: { readonly [R in Register]?: RowMaker } = { agency: agencyRow, outcome: outcomeRow, forum: forumRow };

/** How entries of a register read in rows. */
export const registerRow = (kind: Register): RowMaker => ROW_MAKERS[kind] ?? ((entry) => entry);
