/** From JSX to an answer: HTML with its headers, the stylesheet, tidy addresses, and problems as pages. */
import {
  applyDecorators,
  CallHandler,
  ExecutionContext,
  HttpException,
  Injectable,
  NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { catchError, concatMap, type Observable } from 'rxjs';
import { pngOf } from '#charts';
import { Rejected } from '#eventsourcing';
import { fieldsWithoutEffect } from '#progress';
import {
  AnsweredAs,
  Cookies,
  FASTIFY_REFUSALS,
  SeeOther,
  vary,
  wantsPage,
  type ApiRequest,
  type ProblemPage,
} from '#platform';
import { unreadableFields } from '#text';
import { bibtexOf, risOf, type Citation } from './citation.js';
import { Freshness, ViewsState } from './freshness.js';
import { ViewsBuilding, ProblemDocument, TableDocument } from './layout.js';
import { ReaderContext, readerOf } from './signed-in.js';
import { TakeAwayOffers, OffersContext } from './take-away.js';

/** Nothing but our own stylesheets and icon, and a script only where one is: a file of ours, as styles are. */
const policy = (script: string) =>
  `default-src 'none'; style-src 'self';${script} img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

function safely(reply: FastifyReply, type: string, script = ''): void {
  const { session } = reply.request as ApiRequest;
  vary(reply, 'Cookie');
  void reply.type(type).header('Content-Security-Policy', policy(script));
  if (!reply.hasHeader('Cache-Control')) void reply.header('Cache-Control', session ? 'private, no-cache' : 'no-cache');
}

/** Elements that have no end: HTML closes none of them. */
const VOID_ELEMENT = /<(br|col|hr|img|input|link|meta|wbr)((?:\s(?:"[^"]*"|[^">])*?)?)\/>/g;

function sendsHtml(reply: FastifyReply, page: VNode, canSignIn: boolean): string {
  const { session = null } = reply.request as ApiRequest;
  const reader = readerOf(session, canSignIn, () => void reply.header('Cache-Control', 'no-store'));
  const whole = <ReaderContext.Provider value={reader}>{page}</ReaderContext.Provider>;
  const html = `<!doctype html>${renderToString(whole).replaceAll(VOID_ELEMENT, '<$1$2>')}`;
  const script = html.includes('<script src="/assets/') ? " script-src 'self'; connect-src 'self';" : '';
  safely(reply, 'text/html; charset=utf-8', script);
  return html;
}

/**
 * A part of a page by itself, as a file or, of a table, as a page that can be copied.
 * @throws Rejected `not_found`
 */
async function sendsPart(
  reply: FastifyReply,
  page: VNode,
  part: string,
  canSignIn: boolean,
): Promise<string | Uint8Array> {
  const offered = new TakeAwayOffers();
  const html = renderToString(<OffersContext.Provider value={offered}>{page}</OffersContext.Provider>);
  const [, kind, number, form] =
    /^(table|chart|citation)(?:-([1-9]\d{0,2}))?(?:\.(svg|png|bib|ris))?$/.exec(part) ?? [];
  const { citation } = offered;
  const draw = kind === 'chart' ? offered.charts[Number(number) - 1] : undefined;
  const saved = (draw ?? kind === 'citation') ? TAKE_AWAY_FILES[`${kind}.${form}`] : undefined;
  if (citation && saved) {
    const [type, contentOf] = saved;
    const name = `followthrough-${citation.title}-${part}`.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-');
    const parts = name.split('.');
    const file = `${parts.slice(0, -1).join('-')}-${citation.asOf}.${parts.at(-1)}`.toLowerCase();
    safely(reply, type);
    void reply.header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file)}`);
    return contentOf(citation, draw!);
  }
  const table = kind === 'table' && !form ? html.match(/<table\b[\s\S]*?<\/table>/g)?.[Number(number) - 1] : undefined;
  if (citation && table) return sendsHtml(reply, <TableDocument citation={citation} table={table} />, canSignIn);
  throw new Rejected('not_found', `There is no ${part} on this page.`);
}

const PNG_WIDTH = 2_000;

type ContentOf = (citation: Citation, draw: () => string) => string | Promise<Uint8Array>;

/** The files that a page can be taken away as, by their kind and form. */
const TAKE_AWAY_FILES: Readonly<Record<string, readonly [type: string, content: ContentOf]>> = {
  'citation.bib': ['application/x-bibtex; charset=utf-8', bibtexOf],
  'citation.ris': ['application/x-research-info-systems; charset=utf-8', risOf],
  'chart.svg': ['image/svg+xml; charset=utf-8', (_, draw) => draw()],
  'chart.png': ['image/png', (_, draw) => pngOf(draw(), PNG_WIDTH)],
};

/** The seconds after which a browser asks again for a page that is being prepared. */
const [AGAIN_S, AGAIN_AT_MOST_S] = [2, 10];

@Injectable()
class PageInterceptor implements NestInterceptor {
  constructor(
    private readonly freshness: Freshness,
    private readonly cookies: Cookies,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<VNode | SeeOther>): Observable<string | Uint8Array> {
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest<{ Querystring: Record<string, unknown> }>>();
    const forPeople = wantsPage(request);
    const { take } = request.query;
    const known = queryFieldsOf(context);
    if (unreadableFields(request.url).some((name) => known.has(name)))
      throw new HttpException(FASTIFY_REFUSALS['FST_ERR_BAD_URL']!, 400);
    request.query = Object.fromEntries(
      Object.entries(request.query).flatMap(([name, value]) =>
        known.has(name) && value !== '' ? [[name, instantOf(value)]] : [],
      ),
    );
    // A form sends the ticks for a crosswalk also with the choice of none.
    for (const name of fieldsWithoutEffect(request.query)) delete request.query[name];
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        const { projections } = await this.freshness.look();
        const missing = projections.filter(({ serving }) => !serving);
        if (!forPeople || !(error instanceof Rejected) || error.code !== 'not_yet' || missing.length === 0) throw error;
        const left = missing.reduce((seconds, { building }) => seconds + (building?.secondsLeft ?? 0), 0);
        const again = Math.min(Math.max(left, AGAIN_S), AGAIN_AT_MOST_S);
        void reply.status(503).header('Retry-After', String(again));
        return <ViewsBuilding projections={projections} again={again} />;
      }),
      concatMap(async (page) => {
        if (request.method === 'POST') void reply.header('Cache-Control', 'no-store');
        if (page instanceof SeeOther) {
          void reply.status(303).header('Location', page.path);
          return '';
        }
        const now = await this.freshness.look();
        const whole = (
          <ViewsState.Provider value={now}>
            <OffersContext.Provider value={new TakeAwayOffers()}>{page}</OffersContext.Provider>
          </ViewsState.Provider>
        );
        const { safe } = this.cookies;
        return typeof take === 'string' ? sendsPart(reply, page, take, safe) : sendsHtml(reply, whole, safe);
      }),
    );
  }
}

/**
 * The fields that the query of a page takes. Pages ignore all others: parameters that mail and social media add to an
 * address (`utm_source`, `fbclid` …) are no reason to refuse it.
 */
function queryFieldsOf(context: ExecutionContext): ReadonlySet<string> {
  const known = fieldsTaken.get(context.getHandler());
  if (known) return known;
  const types = Reflect.getMetadata(
    'design:paramtypes',
    context.getClass().prototype as object,
    context.getHandler().name,
  ) as (new () => object)[];
  const metadata = getMetadataStorage();
  const fields = types.flatMap((type) => metadata.getTargetValidationMetadatas(type, '', false, false));
  const names = new Set(fields.map(({ propertyName }) => propertyName));
  fieldsTaken.set(context.getHandler(), names);
  return names;
}
const fieldsTaken = new WeakMap<object, ReadonlySet<string>>();

/** The instant of a field for date and time, which browsers send in UTC: the end of its minute. Other values stay as they are. */
const instantOf = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? `${value}:59.999Z` : value;

/** The routes of this controller answer with the JSX they return. */
export const RendersPages = () =>
  applyDecorators(UseInterceptors(PageInterceptor), ApiExcludeController(), AnsweredAs('text/html'));

/** Answers a failed page request with a page. */
export const problemPage =
  (canSignIn: boolean): ProblemPage =>
  (problem, reply) => {
    const { form, url } = reply.request as ApiRequest;
    return sendsHtml(
      reply,
      <ProblemDocument problem={problem} sent={form ? { to: url, fields: form } : null} />,
      canSignIn,
    );
  };

/** A form sends its empty fields, and a field once per choice: the address that is kept and shared has neither. */
export function tidyAddress(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { url } = request;
  const [path = '/'] = url.split('?', 1);
  const query = url.slice(path.length + 1);
  const forPeople = request.method === 'GET' && wantsPage(request);
  // A path that begins with two slashes would lead to another host.
  if (!forPeople || query === '' || !/^\/(?![/\\])/.test(path)) return done();
  // Written anew it would lose its unreadable parts.
  if (unreadableFields(url).length > 0) return done();
  const asked = [...new URLSearchParams(query)].map(([name, value]) => [name, value.trim()] as const);
  const given = Map.groupBy(
    asked.filter(([, value]) => value !== ''),
    ([name]) => name,
  );
  if (
    [...given.values()].reduce((sum, values) => sum + values.length, 0) === asked.length &&
    given.size === asked.length
  )
    return done();
  const tidy = new URLSearchParams(
    [...given].map(([name, values]) => [name, values.map(([, value]) => value).join(',')]),
  );
  void reply.redirect(tidy.size > 0 ? `${path}?${tidy}` : path);
}
