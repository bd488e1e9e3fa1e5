/** Letters as the secretariat sees them: by name as long as there is one, and as they would be written now. */
import { Injectable } from '@nestjs/common';
import { AccessStore } from '#access';
import { Rejected } from '#eventsourcing';
import type { ReportLanguage } from '#words';
import { LetterClock } from './clock.js';
import { LetterComposer } from './letter-composer.js';
import { reachable } from './letter-decisions.js';
import { Outbox, type LetterRow } from './outbox.js';

export interface LetterInList extends Omit<LetterRow, 'facts' | 'follower' | 'nextAt'> {
  readonly name: string | null;
}

export interface Reach {
  readonly people: number;
  readonly nobody: readonly string[];
}

export interface ShownLetter extends LetterInList {
  readonly letter: { to: string; language: ReportLanguage; subject: string; text: string } | null;
}

@Injectable()
export class Letters {
  constructor(
    private readonly access: AccessStore,
    private readonly outbox: Outbox,
    private readonly composer: LetterComposer,
    private readonly clock: LetterClock,
  ) {}

  /** The last ones first. */
  async latest(limit: number, round?: string): Promise<LetterInList[]> {
    const rows = await this.outbox.latest(limit, round);
    const names = new Map<string, string | null>();
    for (const { account } of rows)
      if (account !== null && !names.has(account))
        names.set(account, (await this.access.accounts.one(account))?.name ?? null);
    return rows.map((row) => shownLetter(row, names.get(row.account ?? '') ?? null));
  }

  /** @throws Rejected `not_found` */
  async one(id: string): Promise<ShownLetter> {
    const row = await this.outbox.one(id);
    // The follows of others are nobody's business.
    if (!row || row.follower !== null) throw new Rejected('not_found', `There is no letter ${id}.`);
    const name = row.account === null ? null : ((await this.access.accounts.one(row.account))?.name ?? null);
    const composed = row.account === null ? null : await this.composer.compose(row);
    const letter = composed && {
      to: composed.letter.to,
      language: composed.written.language,
      subject: composed.letter.subject,
      text: composed.letter.text,
    };
    return { ...shownLetter(row, name), letter };
  }

  /** Who could be written to now for some agencies: how many people, and the agencies of which there is nobody. */
  async reach(agencies: readonly string[]): Promise<Reach> {
    const all = await this.access.accounts.all();
    const people = agencies.map((agency) => reachable(all, agency, this.clock.now()).length);
    return { people: people.reduce((sum, n) => sum + n, 0), nobody: agencies.filter((_, i) => people[i] === 0) };
  }

  again(id: string): Promise<boolean> {
    return this.outbox.again(id);
  }
}

const shownLetter = (
  { facts: _facts, follower: _follower, nextAt: _nextAt, ...row }: LetterRow,
  name: string | null,
): LetterInList => ({ ...row, name });
