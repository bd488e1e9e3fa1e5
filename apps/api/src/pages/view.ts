/** The view of a page: its date, its position, and the addresses that keep to both. */
import { Inject, Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { todayAt, type FullDate } from '#clocks';
import type { Log } from '#eventsourcing';
import { clocksOf, LOG } from '#platform';
import { Progress, ProgressQuery, type ViewClocks, type Filter } from '#progress';
import { documentWords, Registers, type Document } from '#registers';
import { textWords } from './words.js';

export { path } from '#words';

export type PageParameters = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The publisher, the address and the terms of use: for prints, citations and downloads. */
export abstract class Publication {
  abstract readonly publicUrl: string;
  abstract readonly publisher: string;
  /** The licence of the data, by its SPDX name; `null`: its publisher states none. */
  abstract readonly dataLicence: string | null;
}

/** The query that every page takes. */
export class PageQuery extends PickType(ProgressQuery, ['asOf', 'knownAt', 'staleAfter', 'agencies']) {}

/** A date on which something was reported, in documents or by agencies themselves: one of the dates worth looking at. */
interface ReportDate {
  readonly date: FullDate;
  /** Registered with this date; empty where agencies reported by themselves. */
  readonly documents: readonly Document[];
}

/** A query without its clocks, and without the format of the answer. */
export function withoutClocks<Q extends { [C in 'asOf' | 'knownAt' | 'staleAfter' | 'format']?: unknown }>(query: Q) {
  const { asOf: _a, knownAt: _k, staleAfter: _s, format: _f, ...rest } = query;
  return rest;
}

export const queryOf = (params: PageParameters): string => {
  const asked = Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return asked.length > 0 ? `?${asked.join('&')}` : '';
};

interface OpenedView {
  readonly at: ViewClocks & { knownAt: string };
  readonly path: string;
  /** The query of the reader, without empty fields. */
  readonly asked: PageParameters;
  readonly publication: Publication;
  /** Up to today, in order. */
  readonly reports: readonly ReportDate[];
  readonly today: FullDate;
  /** When the last event up to the position was recorded; `null` when there is none. */
  readonly recordedAt: string | null;
  readonly names: Readonly<Record<'agency' | 'theme' | 'forum' | 'document', ReadonlyMap<string, string>>>;
  /** The successors of agencies; empty while agencies are shown as they were then. */
  readonly successors: ReadonlyMap<string, string>;
}

export class View {
  readonly at: OpenedView['at'];
  readonly path: string;
  readonly asked: PageParameters;
  readonly publication: Publication;
  readonly reports: OpenedView['reports'];
  readonly today: FullDate;
  readonly recordedAt: string | null;
  readonly names: OpenedView['names'];
  readonly asOf: FullDate;
  /** The position of the log that every figure of the page is of. */
  readonly position: string;
  readonly staleAfter: number;
  readonly #successors: OpenedView['successors'];

  constructor({ successors, ...opened }: OpenedView) {
    Object.assign(this, opened);
    this.#successors = successors;
    this.asOf = opened.at.asOf;
    this.position = opened.at.knownAt;
    this.staleAfter = opened.at.staleAfter ?? 12;
  }

  /** The day of the last report by the date shown; `null` when nothing had been reported. */
  get lastReport(): FullDate | null {
    return this.reports.findLast(({ date }) => date <= this.asOf)?.date ?? null;
  }

  /** Whether nothing has been reported since the date shown. */
  get isLatest(): boolean {
    return this.lastReport === this.reports.at(-1)?.date;
  }

  /** The clocks, and whose agencies, as the reader set them: links keep them, and nothing that was not asked for. */
  get kept(): PageParameters {
    const { asOf, knownAt, staleAfter, agencies } = this.asked;
    return { asOf, knownAt, staleAfter, agencies };
  }

  /** Whether successors stand for the agencies before them. */
  get underToday(): boolean {
    return this.asked['agencies'] === 'today';
  }

  /** The agencies that one stands for in this view. */
  standsFor(agency: string): string[] {
    const became = [...this.#successors].flatMap(([code, successor]) => (successor === agency ? code : []));
    return this.#successors.has(agency) ? became : [agency, ...became];
  }

  /** The scope of the figures of a progress page. */
  get scope(): Pick<Filter, 'followsUp' | 'role' | 'agencies'> {
    const { followsUp, role } = this.asked;
    return {
      followsUp: followsUp as string,
      role: role as Filter['role'],
      ...(this.underToday && { agencies: 'today' }),
    };
  }

  /** The query of the reader without some of its fields. */
  without(fields: readonly string[]): PageParameters {
    return Object.fromEntries(Object.entries(this.asked).filter(([name]) => !fields.includes(name)));
  }

  /** Another page, asked the same way. */
  link(to: string, params: PageParameters = {}): string {
    return to + queryOf({ ...params, ...this.kept });
  }

  /** Another page, with all that is known now. */
  now(to: string): string {
    return to + queryOf({ ...this.kept, knownAt: null });
  }

  /** The list behind a figure of this page. */
  list(filter: Filter): string {
    return this.link('/commitments', { ...this.scope, memberOf: this.asked['memberOf'], ...filter });
  }

  /** The list behind a figure of another date, or as known at another position. */
  listAt(asOf: FullDate, filter: Filter, knownAt: string | null = null): string {
    return `/commitments${queryOf({ ...this.scope, ...filter, ...this.kept, asOf, ...(knownAt && { knownAt }) })}`;
  }

  /** This page, asked otherwise. */
  here(changes: PageParameters): string {
    return this.path + queryOf({ ...this.asked, ...changes });
  }

  /** The address of the same question in the API, with exactly the same answer. */
  api(to: string, params: PageParameters = this.asked): string {
    return `/v1${to}${queryOf({ ...params, asOf: this.asOf, knownAt: this.position })}`;
  }

  /** The address that will always show exactly this. */
  get permalink(): string {
    return this.here({ asOf: this.asOf, knownAt: this.position });
  }

  /** The address of a download of this page, exactly as it is shown: `table-1`, `chart-1.svg`, `citation.bib`. */
  taken(what: string): string {
    return this.here({ asOf: this.asOf, knownAt: this.position, take: what });
  }
}

/** Opens views: settles the clocks and pins the position, once per page. */
@Injectable()
export class Views {
  readonly #recordedAt = new LRUCache<string, string>({ max: 1_000 });
  readonly #reported = new LRUCache<string, readonly FullDate[]>({ max: 100 });

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly publication: Publication,
  ) {}

  /**
   * Without a date that is asked for it shows the day of the last report.
   * @param clocks where they are not as asked: those of the page before
   */
  async open(asked: PageQuery, request: FastifyRequest, clocks = asked): Promise<View> {
    const settled = await clocksOf(clocks, this.log.store);
    const today = todayAt(new Date());
    const knownAt = settled.knownAt ?? (await this.progress.position());
    const documents = await this.registers.all('document', knownAt);
    const reports = reportsOf(documents, await this.#reportDates(knownAt, today), today);
    const asOf = clocks.asOf ?? reports.at(-1)?.date ?? today;
    const underToday = asked.agencies === 'today';
    const [agency, theme, forum, successors, recordedAt] = await Promise.all([
      this.registers.names('agency', knownAt, underToday ? undefined : asOf),
      this.registers.names('theme', knownAt),
      this.registers.names('forum', knownAt),
      underToday ? this.registers.successors(knownAt, today) : new Map<string, string>(),
      this.whenRecorded(knownAt),
    ]);
    const document = documents.map((one) => [one.id, documentWords(one)] as const);
    const readable = (names: Iterable<readonly [string, string]>) =>
      new Map([...names].map(([code, name]) => [code, textWords(name)]));
    const [path = '/'] = request.url.split('?');
    return new View({
      at: { asOf, knownAt, staleAfter: clocks.staleAfter },
      path,
      asked: { ...asked } as PageParameters,
      publication: this.publication,
      reports,
      today,
      recordedAt,
      names: { agency: readable(agency), theme: readable(theme), forum: readable(forum), document: readable(document) },
      successors,
    });
  }

  async #reportDates(knownAt: string, today: FullDate): Promise<readonly FullDate[]> {
    const key = `${knownAt} ${today}`;
    const seen = this.#reported.get(key) ?? (await this.progress.reportDates({ asOf: today, knownAt }));
    this.#reported.set(key, seen);
    return seen;
  }

  /** When the event at a position was recorded; `null` where there is none. */
  async whenRecorded(position: string): Promise<string | null> {
    const seen = this.#recordedAt.get(position);
    if (seen || position === '0') return seen ?? null;
    const [event] = await this.log.store.readAll(String(Number(position) - 1), 1);
    if (event?.position !== position) return null;
    this.#recordedAt.set(position, event.recordedAt);
    return event.recordedAt;
  }
}

/** The dates of all reports: of documents, and of agencies' own reports. */
function reportsOf(documents: readonly Document[], dates: readonly FullDate[], today: FullDate): ReportDate[] {
  const registered = Map.groupBy(documents, ({ reportedOn }) => reportedOn);
  return [...new Set([...registered.keys(), ...dates])]
    .filter((date) => date <= today)
    .sort()
    .map((date) => ({ date, documents: registered.get(date) ?? [] }));
}
