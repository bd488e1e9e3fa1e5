/** Atom feeds (RFC 4287) of an agency, a theme or a forum: the latest records, in words. */
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Feed } from 'feed';
import { LRUCache } from 'lru-cache';
import { renderToString } from 'preact-render-to-string';
import { viewOf } from '#acts';
import { decodeAll, load, Rejected, type Log, type Recorded } from '#eventsourcing';
import { Concerns } from '#feed';
import { AnsweredAs, LOG, Reply } from '#platform';
import { LATEST_DATE, registers, Registers, type Register } from '#registers';
import { returnOf, round } from '#rounds';
import { pagePath, PATHS } from '#words';
import { actInWords, eventWords, type StatementContext } from './acts-in-words.js';
import { FEED_KINDS, feedPath, type FeedOf } from './feed-path.js';
import { path, Publication, Views, type View } from './view.js';
import { dateWords, textWords } from './words.js';

const MEDIA_TYPE = 'application/atom+xml';

interface Entry {
  readonly id: string;
  /** The kind and the code of its subject. */
  readonly about: readonly [kind: string, code: string];
  /** In short, its change. */
  readonly what: string;
  readonly address: string;
  readonly at: string;
  readonly words: string;
}

/** The most letters of a name in a title. */
const MAX_TITLE_CHARS = 160;

/** HTML without its tags. */
const withoutTags = (html: string): string =>
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
    @Reply() reply: FastifyReply,
  ): Promise<string> {
    const code = /^(.+)\.atom$/.exec(file)?.[1];
    if (code === undefined || !Object.hasOwn(FEED_KINDS, of))
      throw new Rejected('not_found', `There is no feed ${of}/${file}.`);
    const kind = FEED_KINDS[of as FeedOf];
    await this.registers.needed(kind, code);
    const name = (await this.registers.names(kind)).get(code)!;
    const view = await this.views.open({}, request);
    const entries: (Entry & { title: string })[] = [];
    for (const position of this.concerns.recent(kind, code)) {
      const entry = await this.#entry(String(position), view);
      if (entry.words !== '') entries.push({ ...entry, title: await this.#titleOf(entry) });
    }
    void reply.type(`${MEDIA_TYPE}; charset=utf-8`);
    return this.#written({ name: textWords(name), of: of as FeedOf, code }, entries);
  }

  #written(
    { name, of, code }: { name: string; of: FeedOf; code: string },
    entries: readonly (Entry & { title: string })[],
  ): string {
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
    const [kind, code] = [stream.slice(0, at), stream.slice(at + 1)];
    const common = { id: `urn:uuid:${id}`, at: recordedAt, about: [kind, code] as const };
    const { reportedOn, note } = data as { reportedOn?: string; note?: string };
    const since = reportedOn ? ` Reported on ${dateWords(reportedOn)}.` : '';
    const gone = blanked ? ' Words were removed from it.' : '';
    // A number that was taken, and a return whose acts are all recorded, are nothing that a reader waits for: those are told themselves.
    if (kind === 'numbering' || type === 'return.Applied') return { ...common, what: '', address: '/', words: '' };
    if (kind !== 'commitment') {
      const what = eventWords(type);
      const address = pathOfConcerned(kind, code);
      return { ...common, what, address, words: `${what}: ${kind} ${code}.${since}${gone}` };
    }
    const context: StatementContext = { view, revision, milestones: (await this.#latest(code))?.milestones ?? [] };
    const words = withoutTags(renderToString(<>{actInWords(type, data, context)}</>));
    return {
      ...common,
      what: words,
      address: `${path('commitments', code)}#r${revision}`,
      words: `${words}.${note ? ` ${note}` : ''}${since}${gone}`,
    };
  }

  /** Its name is looked up each time: words of it may have been erased since. */
  async #titleOf({ about: [kind, code], what }: Entry): Promise<string> {
    const name = textWords((await this.#nameOf(kind, code)) ?? '');
    const shown = name.length > MAX_TITLE_CHARS ? `${name.slice(0, MAX_TITLE_CHARS - 1).trimEnd()}…` : name;
    return `${code}${shown && ` “${shown}”`}: ${what.length > MAX_TITLE_CHARS ? `${what.slice(0, MAX_TITLE_CHARS - 1)}…` : what}`;
  }

  async #nameOf(kind: string, code: string): Promise<string | undefined> {
    if (kind === 'commitment') return (await this.#latest(code))?.title;
    if (kind === 'round' || kind === 'return')
      return (await load(this.log, round, kind === 'round' ? code : returnOf(`return-${code}`).round)).state.round
        ?.name;
    return kind in registers && kind !== 'publication'
      ? (await this.registers.names(kind as Register)).get(code)
      : undefined;
  }

  /** `null` while it has no stage yet. */
  #latest = (reference: string) => viewOf(this.log, reference, { asOf: LATEST_DATE }).catch(() => null);
}

/** The page of a register entry, or of the procedure of rounds. */
function pathOfConcerned(kind: string, code: string): string {
  if (kind === 'round') return path('rounds', code);
  if (kind === 'return') {
    const { round: of, agency } = returnOf(`return-${code}`);
    return path('rounds', of, 'returns', agency);
  }
  return kind in PATHS ? pagePath(kind as keyof typeof PATHS, code) : '/changes-since';
}
