/** Atom feeds (RFC 4287) of an agency, a theme or a forum: what was last recorded, in words. */
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Feed } from 'feed';
import { LRUCache } from 'lru-cache';
import { renderToString } from 'preact-render-to-string';
import { viewOf } from '#acts';
import { decodeAll, Rejected, type Log, type Recorded } from '#eventsourcing';
import { Concerns } from '#feed';
import { AnsweredAs, LOG } from '#platform';
import { LATEST, Registers } from '#registers';
import { actInWords, type StatementContext } from './acts-in-words.js';
import { FEEDS, feedPath, type FeedOf } from './feed-path.js';
import { path, Publication, Views, type View } from './view.js';
import { dateWords, sentence, textWords } from './words.js';

const MEDIA_TYPE = 'application/atom+xml';

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly at: string;
  readonly words: string;
}

/** HTML without its tags. */
const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();

@ApiExcludeController()
@AnsweredAs(MEDIA_TYPE)
@Controller('feeds')
export class FeedPages {
  /** By position: an event is told in the same words until some of them are erased. */
  readonly #entries = new LRUCache<string, Entry>({ max: 5_000 });

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly concerns: Concerns,
    private readonly registers: Registers,
    private readonly views: Views,
    private readonly publication: Publication,
  ) {}

  @Get(':of/:file')
  async feed(
    @Param('of') of: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const code = /^(.+)\.atom$/.exec(file)?.[1];
    if (code === undefined || !Object.hasOwn(FEEDS, of))
      throw new Rejected('not_found', `There is no feed ${of}/${file}.`);
    const kind = FEEDS[of as FeedOf];
    const entry = await this.registers.one(kind, code);
    if (!entry) throw await this.registers.missing(kind, code);
    const name = (await this.registers.names(kind)).get(code)!;
    const view = await this.views.open({}, request);
    const entries: Entry[] = [];
    for (const position of this.concerns.recent(kind, code)) {
      const entry = await this.#entry(String(position), view);
      if (entry.words !== '') entries.push(entry);
    }
    void reply.type(`${MEDIA_TYPE}; charset=utf-8`);
    return this.#written({ name: textWords(name), of: of as FeedOf, code }, entries);
  }

  #written({ name, of, code }: { name: string; of: FeedOf; code: string }, entries: readonly Entry[]): string {
    const { publicUrl, publisher, dataLicence } = this.publication;
    const page = publicUrl + path(of, code);
    const feed = new Feed({
      id: page,
      title: `${name} – Followthrough`,
      description: `What was recorded of ${name}: commitments, what came of them, and changes of the registers`,
      link: page,
      language: 'en',
      feedLinks: { atom: publicUrl + feedPath(of, code) },
      author: { name: publisher },
      // A feed without entries has not changed since the beginning.
      updated: new Date(entries[0]?.at ?? 0),
      generator: 'Followthrough',
      copyright: dataLicence ?? '',
    });
    for (const { id, title, address, at, words } of entries)
      feed.addItem({ id, title, link: publicUrl + address, date: new Date(at), description: words });
    return feed.atom1();
  }

  async #entry(position: string, view: View): Promise<Entry> {
    const known = this.#entries.get(position);
    const [envelope] = await this.log.store.readAll(String(BigInt(position) - 1n), 1);
    const [event] = (await decodeAll(this.log, [envelope!])) as [Recorded];
    if (known && !event.blanked) return known;
    const entry = await this.#told(event, view);
    this.#entries.set(position, entry);
    return entry;
  }

  async #told({ id, stream, type, revision, data, recordedAt, blanked }: Recorded, view: View): Promise<Entry> {
    const at = stream.indexOf('-');
    const [category, code] = [stream.slice(0, at), stream.slice(at + 1)];
    const common = { id: `urn:uuid:${id}`, at: recordedAt };
    const { reportedOn, note } = data as { reportedOn?: string; note?: string };
    const since = reportedOn ? ` Reported on ${dateWords(reportedOn)}.` : '';
    const gone = blanked ? ' Words were removed from it.' : '';
    // A number that was taken is nothing that a reader waits for: what has it is told itself.
    if (category === 'numbering') return { ...common, title: code, address: '/', words: '' };
    if (category !== 'commitment') {
      const what = sentence(
        type
          .slice(type.indexOf('.') + 1)
          .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
          .toLowerCase(),
      );
      const address = category in PAGES ? path(PAGES[category as keyof typeof PAGES], code) : '/changes-since';
      return { ...common, title: `${code}: ${what}`, address, words: `${what}: ${category} ${code}.${since}${gone}` };
    }
    const context: StatementContext = { view, revision, milestones: await this.#milestones(code) };
    const words = plain(renderToString(<>{actInWords(type, data, context)}</>));
    return {
      ...common,
      title: `${code}: ${words}`.slice(0, 200),
      address: `${path('commitments', code)}#r${revision}`,
      words: `${words}.${note ? ` ${note}` : ''}${since}${gone}`,
    };
  }

  async #milestones(reference: string): Promise<StatementContext['milestones']> {
    try {
      return (await viewOf(this.log, reference, { asOf: LATEST })).milestones;
    } catch {
      return []; // it has no stage yet
    }
  }
}

/** The pages of what is registered. */
const PAGES = {
  agency: 'agencies',
  theme: 'themes',
  forum: 'forums',
  outcome: 'outcomes',
  document: 'documents',
  crosswalk: 'crosswalks',
  publication: 'publications',
} as const;
