/** The view of the tasks that wait for an agency: roles and leads to accept, readings to reply to. */
import { Shown, ShownList, Count, TextOrNull } from '#platform';
import { ApiProperty } from '@nestjs/swagger';
import { todayAt } from '#clocks';
import { compareTexts } from '#text';
import { path } from '#words';
import type { Item } from './items.js';
import { View, type Look } from './look.js';
import { itemsOf } from './progress.js';
import { flags, type Selection } from './scan.js';

class CommitmentInShort {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @Shown('The address at which it can be read, with the possible acts (allowedActs)') readonly href: string;
}

class WaitingCommitments {
  @Count('All of them') readonly total: number;
  @TextOrNull('The address of the whole list; null: there is none, they are all here') readonly list: string | null;
  @ShownList(CommitmentInShort, 'By reference; where there is a list: the first ones')
  readonly commitments: CommitmentInShort[];
}

export class WaitingView {
  @Shown('Roles that another agency named it for, and that it has yet to accept or decline')
  readonly roles: WaitingCommitments;
  @Shown('Leads that were offered to it, and that it has yet to accept or decline') readonly leads: WaitingCommitments;
  @Shown('Contested readings of commitments that it leads, to which it has not replied')
  readonly readings: WaitingCommitments;
}

const MAX_LISTED = 20;

/** The commitments that wait, by reference. */
export type WaitingItems = Readonly<Record<keyof WaitingView, readonly Item[]>>;

export class WaitingTasks extends View {
  /** As things stand today. */
  async forAgency(agency: string, now = new Date()): Promise<WaitingItems> {
    using look = await this.looks.look({ asOf: todayAt(now) });
    const { columns, dictionaries } = look.columns;
    const offered = look.within(await look.find({}), {
      codes: columns.details,
      holds: flags(dictionaries.details.entries, ({ leadOfferedTo }) => leadOfferedTo === agency),
    });
    const contested = await look.find({ agency, role: 'lead', verification: 'contested' });
    const unanswered = (await itemsInOrder(look, contested)).filter(
      ({ verification }) => !verification?.replies.some((reply) => reply.agency === agency),
    );
    return {
      roles: await itemsInOrder(look, await look.find({ agency, asked: true })),
      leads: await itemsInOrder(look, offered),
      readings: unanswered,
    };
  }
}

const itemsInOrder = async (look: Look, found: Selection): Promise<Item[]> =>
  (await itemsOf(look, found, [...found.rows])).sort((a, b) => compareTexts(a.reference, b.reference));

/** As it is answered: with addresses. */
export const waitingView = (agency: string, { roles, leads, readings }: WaitingItems): WaitingView => ({
  roles: listed(roles, `/v1/commitments?${new URLSearchParams({ agency, asked: 'true' })}`),
  leads: listed(leads),
  readings: listed(readings),
});

const listed = (items: readonly Item[], list: string | null = null): WaitingCommitments => ({
  ...{ total: items.length, list },
  commitments: items
    .slice(0, list ? MAX_LISTED : undefined)
    .map(({ reference, title }) => ({ reference, title, href: path('v1', 'commitments', reference) })),
});
