/** The view of the tasks that wait for an agency: roles and leads to accept, readings to reply to. */
import { Shown, ShownList, Count, TextOrNull } from '#platform';
import { ApiProperty } from '@nestjs/swagger';
import { todayAt } from '#clocks';
import { compareTexts } from '#text';
import type { Filter } from './filters.js';
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

export class Waiting extends View {
  /** As things stand today. */
  async forAgency(agency: string, now = new Date()): Promise<WaitingView> {
    using look = await this.looks.look({ asOf: todayAt(now) });
    const { columns, dictionaries } = look.columns;
    const asked = { agency, asked: true };
    const offered = look.within(await look.find({}), {
      codes: columns.details,
      holds: flags(dictionaries.details.entries, ({ leadOfferedTo }) => leadOfferedTo === agency),
    });
    const contested = await look.find({ agency, role: 'lead', verification: 'contested' });
    const unanswered = (await itemsInOrder(look, contested)).filter(
      ({ verification }) => !verification?.replies.some((reply) => reply.agency === agency),
    );
    return {
      roles: waitingOf(await itemsInOrder(look, await look.find(asked)), asked),
      leads: waitingOf(await itemsInOrder(look, offered)),
      readings: waitingOf(unanswered),
    };
  }
}

const itemsInOrder = async (look: Look, found: Selection): Promise<Item[]> =>
  (await itemsOf(look, found, [...found.rows])).sort((a, b) => compareTexts(a.reference, b.reference));

function waitingOf(items: readonly Item[], filter?: Filter): WaitingCommitments {
  const query = filter && new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  return {
    total: items.length,
    list: query ? `/v1/commitments?${query}` : null,
    commitments: items.slice(0, query ? MAX_LISTED : undefined).map(({ reference, title }) => ({
      reference,
      title,
      href: `/v1/commitments/${encodeURIComponent(reference)}`,
    })),
  };
}
