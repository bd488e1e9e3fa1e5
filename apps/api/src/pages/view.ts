/** What a page shows: of which date, as known at which position; and the addresses that keep to it. */
import { Inject, Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { todayAt, type FullDate } from '#clocks';
import type { Log } from '#eventsourcing';
import { clocksOf, LOG } from '#platform';
import { Progress, ProgressQuery, type At, type Filter } from '#progress';
import { documentWords, Registers, type Document } from '#registers';
import { textWords } from './words.js';

export type Params = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where the pages are reached, for addresses that are printed or cited. */
export abstract class PublicUrl {
  abstract readonly value: string;
}

/** What every page takes. */
export class PageQuery extends PickType(ProgressQuery, ['asOf', 'knownAt', 'staleAfter', 'agencies']) {}

/** A date on which documents were reported: one of the dates worth looking at. */
export interface ReportDate {
  readonly date: FullDate;
  readonly documents: readonly Document[];
}

const query = (params: Params): string => {
  const asked = Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return asked.length > 0 ? `?${asked.join('&')}` : '';
};

/** A path of encoded segments: ids may hold slashes. */
export const path = (...segments: string[]): string => `/${segments.map(encodeURIComponent).join('/')}`;

export class View {
  readonly asOf: FullDate;
  /** The position of the log that every figure of the page is of. */
  readonly position: string;
  readonly staleAfter: number;

  constructor(
    readonly at: At & { knownAt: string },
    readonly path: string,
    /** What the reader asked for, without empty fields. */
    readonly asked: Params,
    readonly publicUrl: string,
    readonly reports: readonly ReportDate[],
    readonly names: Readonly<Record<'agency' | 'theme' | 'document' | 'forum', ReadonlyMap<string, string>>>,
    /** What agencies have become; empty while they are shown as they were then. */
    private readonly successors: ReadonlyMap<string, string>,
  ) {
    this.asOf = at.asOf;
    this.position = at.knownAt;
    this.staleAfter = at.staleAfter ?? 12;
  }

  /** The clocks, and whose agencies, as the reader set them: links keep them, and nothing that was not asked for. */
  get kept(): Params {
    const { asOf, knownAt, staleAfter, agencies } = this.asked;
    return { asOf, knownAt, staleAfter, agencies };
  }

  /** Whether successors stand for the agencies before them. */
  get underToday(): boolean {
    return this.asked['agencies'] === 'today';
  }

  /** The agencies that one stands for in this view. */
  standsFor(agency: string): string[] {
    const became = [...this.successors].flatMap(([code, successor]) => (successor === agency ? code : []));
    return this.successors.has(agency) ? became : [agency, ...became];
  }

  /** What has taken an agency's place in this view. */
  successorOf(agency: string): string | undefined {
    return this.successors.get(agency);
  }

  /** What the figures of a progress page are narrowed to. */
  get scope(): Pick<Filter, 'followsUp' | 'role' | 'agencies'> {
    const { followsUp, role } = this.asked;
    return {
      followsUp: followsUp as string,
      role: role as Filter['role'],
      ...(this.underToday && { agencies: 'today' }),
    };
  }

  /** Another page, asked the same way. */
  link(to: string, params: Params = {}): string {
    return to + query({ ...params, ...this.kept });
  }

  /** Another page, with all that is known now. */
  now(to: string): string {
    return to + query({ ...this.kept, knownAt: null });
  }

  /** The list behind a figure of this page. */
  list(filter: Filter): string {
    return this.link('/commitments', { ...this.scope, memberOf: this.asked['memberOf'], ...filter });
  }

  /** The list behind a figure of another date, or of what was known at another position. */
  listAt(asOf: FullDate, filter: Filter, knownAt: string | null = null): string {
    return `/commitments${query({ ...this.scope, ...filter, ...this.kept, asOf, ...(knownAt && { knownAt }) })}`;
  }

  /** This page, asked otherwise. */
  here(changes: Params): string {
    return this.path + query({ ...this.asked, ...changes });
  }

  /** What the API answers to the same question: exactly what is shown. */
  api(to: string, params: Params = this.asked): string {
    return `/v1${to}${query({ ...params, asOf: this.asOf, knownAt: this.position })}`;
  }

  /** The address that will always show exactly this. */
  get permalink(): string {
    return this.here({ asOf: this.asOf, knownAt: this.position });
  }
}

/** Opens views: settles the clocks and pins the position, once per page. */
@Injectable()
export class Views {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly publicUrl: PublicUrl,
  ) {}

  /** @param clocks where they are not as asked: those of the page before */
  async open(asked: PageQuery, request: FastifyRequest, clocks = asked): Promise<View> {
    const { asOf, knownAt } = await clocksOf(clocks, this.log.store);
    const at = { asOf, knownAt: knownAt ?? (await this.progress.position()), staleAfter: clocks.staleAfter };
    const documents = await this.registers.all('document', at.knownAt);
    const reports = [...Map.groupBy(documents, ({ reportedOn }) => reportedOn)]
      .map(([date, documents]) => ({ date, documents }))
      .sort((a, b) => (a.date < b.date ? -1 : 1));
    const underToday = asked.agencies === 'today';
    const [agency, theme, forum, successors] = await Promise.all([
      this.registers.names('agency', at.knownAt, underToday ? undefined : asOf),
      this.registers.names('theme', at.knownAt),
      this.registers.names('forum', at.knownAt),
      underToday ? this.registers.successors(at.knownAt, todayAt(new Date())) : new Map<string, string>(),
    ]);
    const document = documents.map((one) => [one.id, documentWords(one)] as const);
    const readable = (names: Iterable<readonly [string, string]>) =>
      new Map([...names].map(([code, name]) => [code, textWords(name)]));
    const names = {
      agency: readable(agency),
      theme: readable(theme),
      document: readable(document),
      forum: readable(forum),
    };
    const [path = '/'] = request.url.split('?');
    return new View(at, path, { ...asked } as Params, this.publicUrl.value, reports, names, successors);
  }
}
