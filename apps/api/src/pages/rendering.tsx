/** From JSX to an answer: HTML with its headers, the stylesheet, tidy addresses, and problems as pages. */
import {
  applyDecorators,
  CallHandler,
  Controller,
  ExecutionContext,
  Get,
  Injectable,
  NestInterceptor,
  Param,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { catchError, concatMap, type Observable } from 'rxjs';
import { Rejected } from '#eventsourcing';
import { AlwaysOpen, type ProblemPage } from '#platform';
import { Freshness, Now } from './freshness.js';
import { BeingPrepared, ProblemDocument } from './layout.js';
import { STYLESHEET } from './style.js';

/** Nothing but our own stylesheet, and the icon in the page itself; no script at all. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

function sendsHtml(reply: FastifyReply, page: VNode): string {
  void reply
    .type('text/html; charset=utf-8')
    .header('Content-Security-Policy', POLICY)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Referrer-Policy', 'same-origin')
    .header('Cache-Control', 'no-cache');
  return `<!doctype html>${renderToString(page)}`;
}

/** How long a browser waits before it asks again for a page that is being prepared. */
const [AGAIN_S, AGAIN_AT_MOST_S] = [2, 10];

@Injectable()
class PageInterceptor implements NestInterceptor {
  constructor(private readonly freshness: Freshness) {}

  intercept(context: ExecutionContext, next: CallHandler<VNode>): Observable<string> {
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const forPeople = /text\/html/.test(http.getRequest<FastifyRequest>().headers.accept ?? '');
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        const { projections } = await this.freshness.look();
        const missing = projections.filter(({ serving }) => !serving);
        if (!forPeople || !(error instanceof Rejected) || error.code !== 'not_yet' || missing.length === 0) throw error;
        const left = missing.reduce((seconds, { building }) => seconds + (building?.secondsLeft ?? 0), 0);
        const again = Math.min(Math.max(left, AGAIN_S), AGAIN_AT_MOST_S);
        void reply.status(503).header('Retry-After', String(again));
        return <BeingPrepared projections={projections} again={again} />;
      }),
      concatMap(async (page) =>
        sendsHtml(reply, <Now.Provider value={await this.freshness.look()}>{page}</Now.Provider>),
      ),
    );
  }
}

/** The routes of this controller answer with the JSX they return. */
export const RendersPages = () => applyDecorators(UseInterceptors(PageInterceptor), ApiExcludeController());

/** Answers a failed page request with a page. */
export const problemPage: ProblemPage = (problem, reply) => sendsHtml(reply, <ProblemDocument problem={problem} />);

/** A form sends its empty fields, and a field once per choice: the address that is kept and shared has neither. */
export function tidyAddress(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const [path = '/', query] = request.url.split('?', 2);
  const forPeople =
    request.method === 'GET' && !path.startsWith('/v1/') && /text\/html/.test(request.headers.accept ?? '');
  // A path that begins with two slashes would lead to another host.
  if (!forPeople || query === undefined || !/^\/(?![/\\])/.test(path)) return done();
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

@ApiExcludeController()
@Controller('assets')
export class AssetsController {
  @Get(':file')
  @AlwaysOpen()
  stylesheet(@Param('file') file: string, @Res({ passthrough: true }) reply: FastifyReply): string {
    if (`/assets/${file}` !== STYLESHEET.path) throw new Rejected('not_found', `There is no ${file}.`);
    void reply
      .type('text/css; charset=utf-8')
      .header('X-Content-Type-Options', 'nosniff')
      .header('Cache-Control', 'public, max-age=31536000, immutable');
    return STYLESHEET.text;
  }
}
