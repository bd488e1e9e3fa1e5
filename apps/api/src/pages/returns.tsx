/** The page of a return: its form for those who write it, a review for the secretariat, and what it says for all. */
import { Body, Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply } from 'fastify';
import type { ComponentChildren } from 'preact';
import { classOf, type ReturnDraft, type SubmitReturn } from '#bodies';
import { daysBetween, todayAnywhere, todayAt } from '#clocks';
import {
  canonicalJson,
  newCommandId,
  NO_STREAM,
  Projector,
  Rejected,
  WrongRevision,
  type FieldError,
} from '#eventsourcing';
import {
  bodyOfForm,
  commandContextOf,
  FormFields,
  metaOf,
  PostsForm,
  problemOf,
  SeeOther,
  validation,
  type ApiRequest,
  type CommandContext,
} from '#platform';
import {
  contentOf,
  deadlineFor,
  isSame,
  isWritable,
  joined,
  reopenedUntil,
  RETURN_ACTS,
  Returns,
  worksFor,
  type Clash,
  type Found,
  type Known,
} from '#rounds';
import { AccessStore } from '#access';
import { ACTS_OF_RETURNS, type ActOfReturn } from '#words';
import { idOf, KEY, MORE, REVISION, SHOWN_MS, type Filled } from './form.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { draftIn } from './return-content.js';
import { ReturnForm, unsaidOf, type Added } from './return-form.js';
import { Threads, threadsOf } from './return-comments.js';
import { OneButton } from './return-read.js';
import { Review } from './return-review.js';
import { daysWords } from './round-words.js';
import { CsrfField } from './signed-in.js';
import { Suggestions } from './suggestions.js';
import { PageQuery, path, Views, type View } from './view.js';
import { dateWords, instantWords } from './words.js';

class ReturnQuery {
  /** What is found about the draft is shown. */
  @IsOptional() @Matches(/^yes$/) check?: string;
  /** A return that was submitted is changed; or the secretariat writes it for the agency. */
  @IsOptional() @Matches(/^yes$/) edit?: string;
  /** An empty act that is shown: `IOM-2011-12 reachMilestone 2`; or `new`. */
  @IsOptional() @Matches(/^[\w./-]{1,120}( \w{1,30}){0,2}$/) add?: string;
  /** The path of the list in which there is to be room for more. */
  @IsOptional() @Matches(/^[\w.]{1,120}$/) more?: string;
}

interface Params {
  readonly round: string;
  readonly agency: string;
}

/** Acts on a return that its page has a button for. */
const BUTTONS = ['accept', 'return', 'comment', 'nil'] as const;
type Button = (typeof BUTTONS)[number];

/** As many times the body of one act may be a return. */
const BODIES = 16;

@RendersPages()
@Controller('rounds/:round/returns/:agency')
export class ReturnPages {
  constructor(
    private readonly returns: Returns,
    private readonly views: Views,
    private readonly suggestions: Suggestions,
    private readonly projector: Projector,
    @Inject(AccessStore) private readonly access: AccessStore,
  ) {}

  @Get()
  async shows(@Param() { round, agency }: Params, @Query() query: ReturnQuery, @Req() request: ApiRequest) {
    const known = await this.returns.known(round, agency);
    const works = isAtWork(request, agency);
    const isOwn = works && request.principal!.role !== 'secretariat';
    const open = works && writable(known, agency);
    const writes = open && (query.edit === 'yes' || (isOwn && ['none', 'returned'].includes(known.state.state)));
    return writes
      ? this.#form(known, agency, request, { ...query, check: query.check === 'yes' })
      : this.#read(known, agency, request, open);
  }

  /** Saves the draft; then what the pressed button says. */
  @PostsForm('', 'signed-in', { bodies: BODIES })
  async saves(
    @Param() { round, agency }: Params,
    @Body() sent: FormFields,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const known = await this.returns.known(round, agency);
    const { [KEY]: key, [REVISION]: read, [MORE]: more, _do: does = 'save', _add: added, ...filled } = sent as Filled;
    const revision = Number(read ?? 0);
    const context = this.#context(request, String(key ?? newCommandId()), canonicalJson([does, revision, filled]));
    const base = await this.#draftAt(known, agency, revision);
    let draft = draftIn(filled, base);
    if (does === 'rest') draft = await this.#restUnchanged(known, agency, draft);
    const outcome = await this.#save(known, agency, draft, base, revision, context);
    if ('clashes' in outcome || 'faults' in outcome) {
      void reply.status('faults' in outcome ? 400 : 412);
      return this.#form(known, agency, request, outcome);
    }
    const here = path('rounds', round, 'returns', agency);
    const mode = request.principal!.role === 'secretariat' || known.state.state === 'submitted' ? 'edit=yes' : '';
    const to = (query: string, at = '') =>
      new SeeOther(`${here}${[mode, query].filter(Boolean).join('&').replace(/^/, '?').replace(/^\?$/, '')}${at}`);
    if (typeof more === 'string') return to(`more=${encodeURIComponent(more)}`, `#${idOf(more.split('.'))}`);
    const [verb, row] = String(does).split(' ');
    if (verb === 'check') return to('check=yes');
    if (verb === 'new') return to('add=new', '#new');
    if (verb === 'add') {
      const one = (added as Filled | undefined)?.[`r${row}`];
      const reference = (filled['commitments'] as Filled[] | undefined)?.[Number(row)]?.['reference'];
      return to(
        one === undefined ? '' : `add=${encodeURIComponent(`${String(reference)} ${String(one)}`)}`,
        `#in-commitments-${row}`,
      );
    }
    if (verb === 'note') return this.#noted(known, agency, outcome.revision);
    if (verb !== 'submit') return to('');
    try {
      const said = await this.#saidFor(agency, filled, request);
      const position = await this.returns.submit(round, agency, said, { ...context, expected: undefined });
      await this.projector.reached(position, SHOWN_MS);
      return new SeeOther(`${here}#submitted`);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      if (error.code === 'return_unfinished') return to('check=yes');
      if (!error.errors[0]?.pointer.startsWith('/onBehalf')) throw error;
      void reply.status(422);
      return this.#form(known, agency, request, { draft, revision: outcome.revision, faults: error.errors });
    }
  }

  @PostsForm(':act')
  async acts(
    @Param() { round, agency, act }: Params & { act: string },
    @Body() sent: FormFields,
    @Req() request: ApiRequest,
  ) {
    const name = BUTTONS.find((one) => RETURN_ACTS[one].path === act);
    if (!name) throw new Rejected('not_found', `There is no act ${act} on a return.`);
    const { [KEY]: key, ...filled } = sent as Filled;
    const of = classOf(RETURN_ACTS[name].body) as new () => object;
    const body = (await validation(of).transform(bodyOfForm(of, withComments(name, filled)), {
      type: 'body',
      metatype: of,
    })) as object;
    const context = this.#context(request, String(key ?? newCommandId()), canonicalJson([act, filled]));
    const position = await this.returns.act(name, round, agency, body, context);
    await this.projector.reached(position, SHOWN_MS);
    return new SeeOther(path('rounds', round, 'returns', agency));
  }

  /** As much of the page as tells a script that saves as one goes where the draft stands. */
  async #noted(known: Known, agency: string, revision: number) {
    const { round } = known.round;
    const draft = (await this.returns.draft(round!.code, agency, revision - 1))!;
    const said = draft.content.commitments.length;
    return (
      <PlainPage title="Saved" path={path('rounds', round!.code, 'returns', agency)}>
        <form>
          <CsrfField />
          <input type="hidden" name={REVISION} value={String(revision)} />
          <p id="saved">Saved {instantWords(draft.saved)}</p>
          <p>
            <strong>{said}</strong>
          </p>
        </form>
      </PlainPage>
    );
  }

  /** What the secretariat says of its authority; an agency needs none. @throws Rejected `invalid` */
  async #saidFor(agency: string, { onBehalf }: Filled, { principal }: ApiRequest): Promise<SubmitReturn> {
    if (principal!.role !== 'secretariat' || onBehalf === undefined) return {};
    const of = classOf('SubmitReturn');
    const filled = bodyOfForm(of, { onBehalf: { ...(onBehalf as Filled), agency } });
    return validation(of).transform(filled, { type: 'body', metatype: of }) as Promise<SubmitReturn>;
  }

  #context(request: ApiRequest, key: string, said: string): CommandContext {
    const context = commandContextOf(request);
    return { ...context, meta: metaOf(context.by, `form ${key}\n${request.url}\n${said}`, request.correlation?.known) };
  }

  async #draftAt(known: Known, agency: string, revision: number): Promise<ReturnDraft> {
    const code = known.round.round!.code;
    const draft = revision === 0 ? null : await this.returns.draft(code, agency, revision - 1);
    return draft?.content ?? this.returns.beginning(known, agency);
  }

  async #restUnchanged(known: Known, agency: string, draft: ReturnDraft): Promise<ReturnDraft> {
    const recorded = await this.returns.recordedBy(known.round.round!.code, agency);
    const rest = unsaidOf({ draft, recorded, register: await this.returns.register(known, agency) });
    const unchanged = rest.map(({ reference }) => ({ reference, says: 'no_change' as const }));
    return { ...draft, commitments: [...draft.commitments, ...unchanged] };
  }

  /** Saves a draft; where somebody was faster, both are joined, unless they wrote the same part. */
  async #save(
    known: Known,
    agency: string,
    draft: ReturnDraft,
    base: ReturnDraft,
    revision: number,
    context: CommandContext,
  ): Promise<Saved | Unsaved> {
    const code = known.round.round!.code;
    let content: ReturnDraft;
    try {
      content = await validation(classOf('ReturnDraft')).transform(draft, {
        type: 'body',
        metatype: classOf('ReturnDraft'),
      });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return { draft, revision, faults: error.errors };
    }
    if (revision > 0 && isSame(content, base)) {
      const last = await this.returns.draft(code, agency);
      if ((last?.revision ?? NO_STREAM) + 1 === revision) return { revision };
    }
    try {
      return { revision: await this.returns.save(code, agency, content, { ...context, expected: revision }) };
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error;
      const theirs = await this.#draftAt(known, agency, error.actual);
      const both = joined(base, content, theirs);
      if (both.clashes.length > 0) return { ...both, revision: error.actual };
      return this.#save(known, agency, both.draft, theirs, error.actual, context);
    }
  }

  async #form(known: Known, agency: string, request: ApiRequest, shown: Shown & Partial<Unsaved>) {
    const round = known.round.round!;
    const { code } = round;
    const by = request.principal!;
    const [view, register, last, others, recorded] = await Promise.all([
      this.views.open(new PageQuery(), request),
      this.returns.register(known, agency),
      this.returns.lastOf(round.previous, agency),
      this.returns.openBy(code, agency, by.account),
      this.returns.recordedBy(code, agency),
    ]);
    const threads = threadsOf(known.state, round.questions ?? []);
    const saved = await this.returns.draft(code, agency);
    const draft = shown.draft ?? saved?.content ?? (await this.returns.beginning(known, agency));
    const revision = shown.revision ?? (saved?.revision ?? NO_STREAM) + 1;
    const found: readonly Found[] = shown.check
      ? (await this.returns.prepared(code, agency, known, draft, {}, metaOf(by))).found
      : [];
    const asked = shown.add?.split(' ') ?? [];
    const added: Added | null = (ACTS_OF_RETURNS as readonly string[]).includes(asked[1] ?? '')
      ? {
          reference: asked[0]!,
          act: asked[1] as ActOfReturn,
          ...(asked[2] !== undefined && { milestone: Number(asked[2]) }),
        }
      : null;
    const names = await Promise.all(others.map((account) => this.access.accounts.one(account)));
    return (
      <ReturnPage view={view} known={known} agency={agency}>
        <Asked known={known} />
        {names.length > 0 && (
          <p class="callout">Also open by {names.map((one) => one?.name ?? 'somebody of your agency').join(', ')}.</p>
        )}
        {known.state.comments.length > 0 && (
          <section>
            <h2>Comments</h2>
            <Threads
              threads={threads}
              named
              answering={{ action: `${path('rounds', code, 'returns', agency)}/comments`, agency: by.agency }}
            />
          </section>
        )}
        {known.state.state === 'none' && (
          <details class="nil-return">
            <summary>There is nothing to report at all</summary>
            <p>A nil return says so in one act. Your commitments then stay as they are, and unconfirmed.</p>
            <OneButton
              action={`${path('rounds', code, 'returns', agency)}/nil`}
              keyed={newCommandId()}
              button="Submit a nil return"
              quiet
              field="note"
              label="Why, if you like"
              authority={by.role === 'secretariat' ? agency : null}
            />
          </details>
        )}
        {shown.check && found.length === 0 && (
          <p class="callout done" role="status">
            Nothing is missing: it can be submitted.
          </p>
        )}
        <ReturnForm
          {...{ view, round, agency, draft, revision, register, recorded, found, added }}
          of={classOf('ReturnDraft')}
          once={newCommandId()}
          faults={shown.faults ?? []}
          clashes={shown.clashes ?? []}
          addsNew={shown.add === 'new' || isInNew(shown.more, draft)}
          more={shown.more}
          actsFor={by.role === 'secretariat'}
          before={last ? contentOf(last.said) : null}
          threads={threads}
          suggestions={await this.suggestions.for(classOf('RecordCommitment'), agency)}
          saved={saved ? `Saved ${instantWords(saved.saved)}` : 'Not saved yet'}
        />
      </ReturnPage>
    );
  }

  async #read(known: Known, agency: string, request: ApiRequest, open: boolean) {
    const round = known.round.round!;
    const by = request.session ? request.principal : undefined;
    const works = isAtWork(request, agency);
    const [view, register, last] = await Promise.all([
      this.views.open(new PageQuery(), request),
      this.returns.register(known, agency),
      this.returns.lastOf(round.previous, agency),
    ]);
    return (
      <ReturnPage view={view} known={known} agency={agency}>
        <Review
          {...{ view, known, agency, register, open }}
          by={by ?? null}
          works={works}
          hasDraft={works && (await this.returns.draft(round.code, agency)) !== null}
          recorded={await this.returns.recorded(round.code, agency)}
          before={last ? contentOf(last.said) : null}
        />
      </ReturnPage>
    );
  }
}

interface Saved {
  readonly revision: number;
}
/** A draft that could not be saved as it is. */
type Unsaved = { readonly draft: ReturnDraft; readonly revision: number } & (
  | { readonly clashes: readonly Clash[]; readonly faults?: never }
  | { readonly faults: readonly FieldError[]; readonly clashes?: never }
);
interface Shown {
  readonly check?: boolean;
  readonly add?: string | undefined;
  readonly more?: string | undefined;
}

/** Whether a list is one of a new commitment of which nothing else is said yet. */
function isInNew(list: string | undefined, { newCommitments = [] }: ReturnDraft): boolean {
  const [field, i] = list?.split('.') ?? [];
  return field === 'newCommitments' && Number(i) >= (newCommitments ?? []).length;
}

/** Whether somebody is signed in who works on the returns of an agency. */
const isAtWork = ({ session, principal }: ApiRequest, agency: string): boolean =>
  session !== undefined && principal !== undefined && worksFor(principal, agency);

function writable({ round, state }: Known, agency: string): boolean {
  const now = new Date();
  try {
    isWritable(state, { round, agency, today: todayAt(now), latest: todayAnywhere(now) });
    return true;
  } catch (error) {
    if (problemOf(error).status >= 500) throw error;
    return false;
  }
}

/** The comments of a form, without the fields that were left empty. */
function withComments(name: Button, filled: Filled): Filled {
  if (name !== 'return') return filled;
  const comments = (Array.isArray(filled['comments']) ? (filled['comments'] as Filled[]) : [])
    .filter(({ text }) => text)
    .map(({ at, ...rest }) => (at ? { at, ...rest } : rest));
  return { ...filled, comments };
}

const Asked = ({ known: { round } }: { known: Known }) => {
  const { guidance, asOf, from, until } = round.round!;
  return (
    <>
      <p class="note">
        As at {dateWords(asOf)}
        {from && `, on what came about from ${dateWords(from)}`}
        {until && ` until ${dateWords(until)}`}.
      </p>
      {guidance && (
        <details class="guidance">
          <summary>Guidance</summary>
          {guidance.split(/\n{2,}/).map((paragraph, i) => (
            <p key={i} dir="auto">
              {paragraph}
            </p>
          ))}
        </details>
      )}
    </>
  );
};

interface PageParts {
  readonly view: View;
  readonly known: Known;
  readonly agency: string;
  readonly children: ComponentChildren;
}

const ReturnPage = ({ view, known: { round }, agency, children }: PageParts) => {
  const { code, name } = round.round!;
  const [deadline, until] = [deadlineFor(round, agency), reopenedUntil(round, agency)];
  const left = daysWords(daysBetween(todayAt(new Date()), until ?? deadline));
  return (
    <PlainPage
      title={`Return of ${view.names.agency.get(agency) ?? agency}`}
      path={path('rounds', code, 'returns', agency)}
      eyebrow={<a href={path('rounds', code)}>{name}</a>}
      lead={
        <p>
          Due on {dateWords(deadline)}
          {!round.closedOn && `: ${left}`}
          {round.closedOn && `; the round was closed on ${dateWords(round.closedOn)}`}
          {until && `, and reopened for ${agency} until ${dateWords(until)}: ${left}`}.
        </p>
      }
    >
      {children}
    </PlainPage>
  );
};
