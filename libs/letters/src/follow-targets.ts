/** The things that can be followed: an agency, a theme, a forum, or a list of commitments by its filters. */
import { Injectable } from '@nestjs/common';
import { todayAt } from '#clocks';
import { refused } from '#eventsourcing';
import { fieldsIn, validated } from '#platform';
import {
  CommitmentsQuery,
  FILTERS,
  KnownCodes,
  listQueryOf,
  Progress,
  type CodeKind,
  type Filter,
  type FilterName,
  type FlagName,
} from '#progress';
import { Registers, type Register } from '#registers';
import { reportWords } from '#reports';
import { unreadableFields } from '#text';
import { pagePath, PATHS, type ReportLanguage } from '#words';
import { LetterClock } from './clock.js';
import { letterWords } from './words/index.js';

export const FOLLOW_KINDS = ['agency', 'theme', 'forum', 'list'] as const;
export type FollowKind = (typeof FOLLOW_KINDS)[number];

/** The parts of the address of a list that say how it is shown, and as at when: a list is followed as it is now. */
const NOT_FOLLOWED = fieldsIn(CommitmentsQuery.prototype).filter((name) => !(name in FILTERS));

@Injectable()
export class FollowTargets {
  constructor(
    private readonly codes: KnownCodes,
    private readonly registers: Registers,
    private readonly progress: Progress,
    private readonly clock: LetterClock,
  ) {}

  /** The follow that is asked for, in the one form in which it is kept. @throws Rejected where there is no such thing */
  async checked({ kind, code }: { kind: FollowKind; code: string }): Promise<{ kind: FollowKind; code: string }> {
    if (kind !== 'list') {
      if (!(await this.registers.one(kind, code))) throw await this.registers.missing(kind, code);
      return { kind, code };
    }
    const sent = code.replace(/^.*\?/, '');
    const [unreadable] = unreadableFields(`?${sent}`);
    if (unreadable !== undefined) throw refused('invalid', '/code', `${unreadable} in code is no UTF-8`);
    const given = new URLSearchParams(sent);
    for (const name of NOT_FOLLOWED) given.delete(name);
    for (const [name, value] of [...given]) if (value.trim() === '') given.delete(name);
    for (const name of new Set(given.keys())) given.set(name, given.getAll(name).join());
    given.sort();
    const query = given.toString();
    if (query.length > 1_000) throw refused('too_long', '/code', 'The address of the list is too long to be followed.');
    await this.codes.refuseUnknown(Object.fromEntries(given));
    await this.progress.commitments({ asOf: todayAt(this.clock.now()) }, this.filterOf(query), { limit: 1 });
    return { kind, code: query };
  }

  /** @throws Rejected for filters that there are not */
  filterOf(query: string): Filter {
    return listQueryOf(validated(CommitmentsQuery, Object.fromEntries(new URLSearchParams(query)))).filter;
  }

  /**
   * Its name in letters and on pages. Words that somebody searches for are left out: nobody writes to others through a letter
   * of ours.
   */
  async nameOf({ kind, code }: { kind: FollowKind; code: string }, language: ReportLanguage = 'en'): Promise<string> {
    if (kind !== 'list') return (await this.registers.names(kind)).get(code) ?? code;
    const parts = [...new URLSearchParams(code)].map(([name, value]) =>
      this.#worded(name as FilterName, value, language),
    );
    return letterWords(language).digest.list((await Promise.all(parts)).join(', ') || '…');
  }

  /** The address of its page. */
  pathOf({ kind, code }: { kind: FollowKind; code: string }): string {
    return kind === 'list' ? `/${PATHS.commitment}?${code}` : pagePath(kind, code);
  }

  async #worded(name: FilterName, value: string, language: ReportLanguage): Promise<string> {
    const { codes } = reportWords(language);
    const { flags } = letterWords(language).digest;
    const filter = FILTERS[name] as { kind: string; of?: readonly CodeKind[] };
    if (filter.kind === 'words' || filter.kind === 'text') return '…';
    if (filter.kind === 'flag') return flags[name as FlagName][value as `${boolean}`];
    const words = (name in codes ? codes[name as keyof typeof codes] : {}) as Readonly<Record<string, string>>;
    const registers = (filter.of ?? []).filter((kind): kind is Register => kind !== 'commitment' && kind !== 'region');
    const names = await Promise.all(registers.map((kind) => this.registers.names(kind)));
    const worded = (one: string) => words[one]?.toLowerCase() ?? names.find((all) => all.has(one))?.get(one) ?? one;
    return value.split(',').map(worded).join(' / ');
  }
}
