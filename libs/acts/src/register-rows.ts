/** The entries of registers: their classes, and how they read in rows of tables. */
import type { Type } from '@nestjs/common';
import { AgendaItem, Chair, classOf, Membership, type AgencyAsAt, type OutcomeAsAt } from '#bodies';
import { formFieldsIn } from '#platform';
import { REGISTER_ACTS, type Entry, type Register } from '#registers';
import { agendaCell, membershipCell } from '#text';

type RowMaker = (entry: object) => object;

export const entryClass = (kind: Register): Type<Entry> => classOf(REGISTER_ACTS[kind].enter.body) as Type<Entry>;

/** An object of a list as people write it in a cell, by its class. */
const CELLS_OF_OBJECTS = new Map<unknown, (one: never) => string>([
  [Membership, membershipCell],
  [Chair, membershipCell],
  [AgendaItem, agendaCell],
]);

/** Of a name its content and date, not its source. */
const agencyRow = ({ names, ...agency }: Partial<AgencyAsAt>) => ({
  ...agency,
  ...(names && { names: names.map(({ name, from }) => (from ? `${name} (from ${from})` : name)) }),
});

/** Who endorsed it and since when. */
const outcomeRow = ({ endorsed, ...entry }: Partial<OutcomeAsAt>) => ({
  ...entry,
  ...(endorsed && { endorsed: endorsed.map(({ by, reportedOn }) => `${by} (${reportedOn})`) }),
});

/** How answers that say more than the entries read in rows. */
const ROWS_OF_ANSWERS: { readonly [R in Register]?: RowMaker } = { agency: agencyRow, outcome: outcomeRow };

/** The objects of a list in a cell: as people write them, or as JSON, which is read back as it is. */
export function cellOfObjects(of: unknown, objects: readonly object[]): readonly string[] | string {
  const cell = CELLS_OF_OBJECTS.get(of);
  return cell ? (objects as never[]).map(cell) : JSON.stringify(objects);
}

/** How entries of a register read in rows. */
export function registerRow(kind: Register): RowMaker {
  const lists = formFieldsIn(entryClass(kind)).filter(({ several, of }) => several && of);
  const answerRow: RowMaker = ROWS_OF_ANSWERS[kind] ?? ((entry) => entry);
  return (entry) => {
    const row: Record<string, unknown> = { ...answerRow(entry) };
    for (const { name, of } of lists) {
      const objects = row[name] as object[] | null | undefined;
      if (objects) row[name] = cellOfObjects(of, objects);
    }
    return row;
  };
}
