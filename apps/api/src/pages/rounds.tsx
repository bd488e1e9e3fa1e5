/** The pages of reporting rounds: who answered, who is awaited and who said nothing; and for the secretariat its desk. */
import { Body, Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { classOf, OpenRound, type Round } from '#bodies';
import { DraftsStore } from '#drafts';
import { canonicalJson, newCommandId, Projector, Rejected } from '#eventsourcing';
import {
  bodyOfForm,
  CodesOf,
  commandContextOf,
  ForSignedIn,
  FormFields,
  metaOf,
  PostsForm,
  problemOf,
  SeeOther,
  tidied,
  validated,
  validation,
  type ApiRequest,
  type CommandContext,
  type Principal,
} from '#platform';
import {
  draftsKnownTo,
  Returns,
  ROUND_ACTS,
  Rounds,
  RoundViews,
  type ResponseRates,
  type ReturnLine,
  type RoundInShort,
} from '#rounds';
import type { RoundState } from '#words';
import { asFilled, Form, MORE, type Filled, type FormParts } from './form.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { OneButton } from './return-read.js';
import { daysWords, questionWords, RETURN_STATE_WORDS, ROUND_STATE_WORDS } from './round-words.js';
import { CsrfField } from './signed-in.js';
import { Suggestions } from './suggestions.js';
import { Table } from './take-away.js';
import { PageQuery, path, Views, type View } from './view.js';
import { count, counted, dateWords } from './words.js';

/** The acts on a round that have a form. */
const FORMS = {
  amend: 'Amend the round',
  extend: 'Extend the deadline',
  remind: 'Remind those who still owe',
  close: 'Close the round',
  reopen: 'Reopen for one agency',
  publish: 'Publish the round',
} as const;
type FormAct = keyof typeof FORMS;

/** The acts on a round by its state. */
const BY_STATE: Readonly<Record<RoundState, readonly FormAct[]>> = {
  open: ['remind', 'extend', 'amend', 'close'],
  closed: ['publish', 'reopen'],
  published: ['reopen'],
};

const SHOWN_MS = 5_000;

class Several {
  @CodesOf('agency', { min: 1 }) readonly agencies: string[];
}

/** The secretariat, where it is signed in. */
const deskOf = ({ session, principal }: ApiRequest): Principal | null =>
  session && principal?.role === 'secretariat' ? principal : null;

@RendersPages()
@Controller('rounds')
export class RoundPages {
  constructor(
    private readonly rounds: Rounds,
    private readonly returns: Returns,
    private readonly roundViews: RoundViews,
    private readonly drafts: DraftsStore,
    private readonly views: Views,
    private readonly projector: Projector,
    private readonly suggestions: Suggestions,
  ) {}

  @Get()
  async list(@Req() request: ApiRequest) {
    const view = await this.views.open(new PageQuery(), request);
    const desk = deskOf(request);
    const prepared = desk ? await this.rounds.prepared() : [];
    const drafts = await Promise.all(prepared.map(({ id }) => this.rounds.draft(id)));
    const all = this.roundViews.list();
    return (
      <PlainPage
        title="Reporting rounds"
        path="/rounds"
        lead={<p>The secretariat asks the agencies what has come of their commitments. Here is who answered.</p>}
      >
        {desk && (
          <p>
            <a class="button" href="/rounds/prepare">
              Prepare a round
            </a>
          </p>
        )}
        {drafts.some(Boolean) && (
          <section>
            <h2>Being prepared</h2>
            <ul class="items">
              {drafts.flatMap((draft) =>
                draft ? (
                  <li key={draft.content.code}>
                    <a href={path('rounds', draft.content.code)} dir="auto">
                      {draft.content.name}
                    </a>{' '}
                    <small>opens on {dateWords(draft.content.opens)}</small>
                  </li>
                ) : (
                  []
                ),
              )}
            </ul>
          </section>
        )}
        {all.length === 0 ? (
          <p>There was no round yet.</p>
        ) : (
          <Table class="breakdown">
            <caption class="hidden">Reporting rounds, the last cut-off first</caption>
            <thead>
              <tr>
                <th scope="col">Round</th>
                <th scope="col">State</th>
                <th scope="col">Deadline</th>
                <th scope="col">Answered</th>
                <th scope="col">Nil return</th>
                <th scope="col">Silent</th>
              </tr>
            </thead>
            <tbody>
              {all.map(({ code, name, state, deadline, responses }) => (
                <tr key={code}>
                  <th scope="row">
                    <a href={path('rounds', code)} dir="auto">
                      {name}
                    </a>
                  </th>
                  <td data-label="State">{state && ROUND_STATE_WORDS[state]}</td>
                  <td data-label="Deadline">{dateWords(deadline)}</td>
                  <td data-label="Answered">
                    {responses && `${count(responses.received.count)} of ${count(responses.expected.count)}`}
                  </td>
                  <td data-label="Nil return">{responses && count(responses.nil.count)}</td>
                  <td data-label="Silent">{responses && count(responses.silent.count)}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        <Timeline
          view={view}
          rounds={[...all].reverse()}
          lines={await Promise.all([...all].reverse().map(({ code }) => this.roundViews.returns(code)))}
        />
      </PlainPage>
    );
  }

  @Get('prepare')
  @ForSignedIn()
  async prepares(@Req() request: ApiRequest) {
    needsDesk(request);
    const last = this.roundViews.list()[0];
    const { round } = last ? this.roundViews.opened(last.code) : { round: null };
    const carried = round && {
      ...{
        expected: round.expected,
        guidance: round.guidance,
        questions: round.questions,
        inQuestion: round.inQuestion,
      },
      previous: round.code,
    };
    return this.#form('prepare', null, { filled: asFilled(carried ?? {}) as Filled, key: newCommandId() });
  }

  @PostsForm('prepare')
  async prepared(
    @Body() sent: FormFields,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#takes('prepare', null, sent, request, reply, async (body, context) => {
      await this.rounds.prepare(body as Round, context);
      return (body as Round).code;
    });
  }

  @Get(':round')
  async one(@Param('round') code: string, @Req() request: ApiRequest) {
    const desk = deskOf(request);
    const draft = desk ? await this.rounds.draft(code) : null;
    const view = await this.views.open(new PageQuery(), request);
    if (draft) return <PreparedRound round={draft.content} revision={draft.revision} />;
    const known = this.roundViews.one(code);
    const caller = request.session ? (request.principal ?? null) : null;
    const lines = await this.roundViews.returns(code, await draftsKnownTo(this.drafts, caller));
    const own = caller?.agency ?? null;
    return (
      <RoundPage
        view={view}
        round={known}
        state={known.state!}
        rates={known.responses!}
        lines={lines}
        isDesk={desk !== null}
        own={own}
      />
    );
  }

  @Get(':round/:act')
  @ForSignedIn()
  async form(@Param() { round, act }: { round: string; act: string }, @Req() request: ApiRequest) {
    needsDesk(request);
    const name = formAct(act);
    const draft = await this.rounds.draft(round);
    const known = draft?.content ?? this.roundViews.opened(round).round!;
    const filled = name === 'amend' ? (asFilled(known) as Filled) : {};
    return this.#form(name, known, { filled, key: newCommandId(), revision: draft?.revision });
  }

  /** Opens what was prepared, accepts several returns at once, or does what a form of the round says. */
  @PostsForm(':round/:act')
  async takes(
    @Param() { round: code, act }: { round: string; act: string },
    @Body() sent: FormFields,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    needsDesk(request);
    const { _key: key, _revision: revision, ...filled } = sent as Filled;
    const context = contextOf(request, String(key), filled);
    if (act === 'open') {
      const done = await this.rounds.open(code, validated(OpenRound, bodyOfForm(OpenRound, filled)), {
        ...context,
        expected: revision === undefined ? undefined : Number(revision),
      });
      if (done.position) await this.projector.reached(done.position, SHOWN_MS);
      return new SeeOther(path('rounds', code));
    }
    if (act === 'accept') return this.#accepts(code, validated(Several, bodyOfForm(Several, filled)), context);
    const name = formAct(act);
    const draft = await this.rounds.draft(code);
    const known = draft?.content ?? this.roundViews.opened(code).round!;
    return this.#takes(name, known, sent, request, reply, async (body, by) => {
      const expected = draft && revision !== undefined ? Number(revision) : undefined;
      const done =
        name === 'amend'
          ? await this.rounds.amend(code, body as Round, { ...by, expected })
          : await this.rounds.act(name, code, body, by);
      if (done.position) await this.projector.reached(done.position, SHOWN_MS);
      return code;
    });
  }

  /** Accepts each return that can be; tells which could not. */
  async #accepts(code: string, { agencies }: Several, context: CommandContext) {
    const refused: { agency: string; why: string }[] = [];
    for (const agency of agencies) {
      const meta = metaOf(context.by, `${context.meta.commandId} ${agency}`, context.meta.correlationId);
      try {
        const position = await this.returns.act('accept', code, agency, {}, { ...context, meta } as never);
        await this.projector.reached(position, SHOWN_MS);
      } catch (error) {
        if (problemOf(error).status >= 500) throw error;
        refused.push({ agency, why: problemOf(error).detail });
      }
    }
    if (refused.length === 0) return new SeeOther(`${path('rounds', code)}#returns`);
    return (
      <PlainPage
        title={`${counted(agencies.length - refused.length, 'return')} accepted, ${count(refused.length)} not`}
        path={path('rounds', code)}
      >
        <ul>
          {refused.map(({ agency, why }) => (
            <li key={agency}>
              <a href={path('rounds', code, 'returns', agency)}>{agency}</a>: {why}
            </li>
          ))}
        </ul>
        <p>
          <a href={path('rounds', code)}>Back to the round</a>
        </p>
      </PlainPage>
    );
  }

  async #takes(
    name: FormAct | 'prepare',
    known: Round | null,
    sent: FormFields,
    request: ApiRequest,
    reply: FastifyReply,
    execute: (body: object, context: CommandContext) => Promise<string>,
  ) {
    needsDesk(request);
    const { _key: key = newCommandId(), _revision: revision, [MORE]: more, ...filled } = sent as Filled;
    const again = { filled, key: String(key), revision: revision === undefined ? undefined : Number(revision) };
    if (typeof more === 'string') return this.#form(name, known, { ...again, more });
    const of = bodyOf(name);
    try {
      const body = (await validation(of).transform(bodyOfForm(of, tidied(of, filled)), {
        type: 'body',
        metatype: of,
      })) as object;
      return new SeeOther(path('rounds', await execute(body, contextOf(request, again.key, filled))));
    } catch (error) {
      const { status, detail } = problemOf(error);
      if (status === 500 || status === 401 || status === 404) throw error;
      void reply.status(status);
      return this.#form(name, known, {
        ...again,
        faults: error instanceof Rejected ? error.errors : [],
        refused: detail,
      });
    }
  }

  async #form(name: FormAct | 'prepare', known: Round | null, { key, revision, refused, ...shown }: Again) {
    const of = bodyOf(name);
    const back = known ? path('rounds', known.code) : '/rounds';
    const { summary, description } = name === 'prepare' ? PREPARE : ROUND_ACTS[name];
    return (
      <PlainPage
        title={name === 'prepare' ? 'Prepare a round' : FORMS[name]}
        path={back}
        eyebrow={known ? <a href={back}>{known.name}</a> : <a href="/rounds">Reporting rounds</a>}
        lead={<p>{summary}.</p>}
      >
        <p class="note">{description}</p>
        <Form
          of={of}
          {...shown}
          action={known ? path('rounds', known.code, name) : '/rounds/prepare'}
          hidden={{ _key: key, ...(revision !== undefined && { _revision: revision }) }}
          submit={name === 'prepare' ? 'Keep it; nobody else sees it yet' : FORMS[name]}
          back={back}
          refused={refused ?? null}
          suggestions={await this.suggestions.for(of, null)}
        />
      </PlainPage>
    );
  }
}

interface Again extends Pick<FormParts, 'filled' | 'faults' | 'more'> {
  readonly key: string;
  readonly revision?: number | undefined;
  readonly refused?: string;
}

const PREPARE = {
  summary: 'Nothing of it is public before you open it',
  description: 'What the last round asked stands here already.',
};

const bodyOf = (name: FormAct | 'prepare'): new () => object =>
  classOf(name === 'prepare' ? 'Round' : ROUND_ACTS[name].body);

function formAct(act: string): FormAct {
  if (!Object.hasOwn(FORMS, act)) throw new Rejected('not_found', `A round has no page ${act}.`);
  return act as FormAct;
}

function needsDesk(request: ApiRequest): void {
  if (!deskOf(request)) throw new Rejected('forbidden', 'This is the secretariat’s to do.');
}

function contextOf(request: ApiRequest, key: string, filled: Filled): CommandContext {
  const context = commandContextOf(request);
  const once = `form ${key}\n${request.url}\n${canonicalJson(filled)}`;
  return { ...context, meta: metaOf(context.by, once, request.correlation?.known) };
}

/** A round that nobody but the secretariat knows of. */
const PreparedRound = ({ round, revision }: { round: Round; revision: number }) => (
  <PlainPage
    title={round.name}
    path="/rounds"
    eyebrow={<a href="/rounds">Being prepared</a>}
    lead={
      <p>
        Opens on {dateWords(round.opens)}, due on {dateWords(round.deadline)}. Nothing of it is public yet.
      </p>
    }
  >
    <div class="acts">
      <a href={`${path('rounds', round.code)}/amend`}>Change it</a>
      <OneButton
        action={`${path('rounds', round.code)}/open`}
        keyed={newCommandId()}
        button="Open it"
        hidden={{ _revision: String(revision) }}
      />
    </div>
    <Asks round={round} />
  </PlainPage>
);

const Asks = ({ round: { guidance, questions } }: { round: Round }) => (
  <>
    {guidance && (
      <section>
        <h2>Guidance</h2>
        {guidance.split(/\n{2,}/).map((paragraph, i) => (
          <p key={i} dir="auto">
            {paragraph}
          </p>
        ))}
      </section>
    )}
    {(questions ?? []).length > 0 && (
      <section>
        <h2>Questions</h2>
        <ol class="questions">
          {questions!.map((question) => (
            <li key={question.id} dir="auto">
              {questionWords(question)}
              <small>
                {' '}
                {question.of === 'agency' ? 'once' : 'of each commitment'}
                {question.required && ', an answer is needed'}
              </small>
            </li>
          ))}
        </ol>
      </section>
    )}
  </>
);

interface RoundParts {
  readonly view: View;
  readonly round: Round & { readonly closedOn: string | null; readonly publication: string | null };
  readonly state: RoundState;
  readonly rates: ResponseRates;
  readonly lines: readonly ReturnLine[];
  readonly isDesk: boolean;
  /** The agency of whoever looks. */
  readonly own: string | null;
}

const RoundPage = ({ view, round, state, rates, lines, isDesk, own }: RoundParts) => {
  const here = path('rounds', round.code);
  const isNil = ({ agency }: ReturnLine): boolean => rates.nil.agencies.includes(agency);
  const acceptable = isDesk && lines.some((one) => one.state === 'submitted' || one.state === 'nil');
  return (
    <PlainPage
      title={round.name}
      path={here}
      eyebrow={<a href="/rounds">Reporting round</a>}
      lead={
        <p>
          {ROUND_STATE_WORDS[state]}. As at {dateWords(round.asOf)}; due on {dateWords(round.deadline)}
          {round.closedOn && `; closed on ${dateWords(round.closedOn)}`}.
        </p>
      }
    >
      {own !== null && lines.some(({ agency }) => agency === own) && (
        <p>
          <a class="button" href={`${here}/returns/${encodeURIComponent(own)}`}>
            The return of {own}
          </a>
        </p>
      )}
      {isDesk && (
        <nav class="offered" aria-label="What you can do">
          <h2>What you can do</h2>
          <ul>
            {BY_STATE[state].map((act) => (
              <li key={act}>
                <a href={`${here}/${act}`}>{FORMS[act]}</a>
              </li>
            ))}
            <li>
              <a href={`/letters?round=${encodeURIComponent(round.code)}`}>See the letters that it has sent</a>
            </li>
          </ul>
        </nav>
      )}
      {round.forum && (
        <p>
          It serves{' '}
          <a href={view.link(path('forums', round.forum))}>{view.names.forum.get(round.forum) ?? round.forum}</a>.
        </p>
      )}
      {round.publication && (
        <p>
          Out came <a href={path('publications', round.publication)}>{round.publication}</a>.
        </p>
      )}
      <Rates view={view} rates={rates} isOpen={state === 'open'} />
      <section id="returns">
        <h2>Returns</h2>
        <Table class="breakdown">
          <caption class="hidden">The returns of all agencies that were asked</caption>
          <thead>
            <tr>
              {acceptable && <th scope="col">Accept</th>}
              <th scope="col">Agency</th>
              <th scope="col">Return</th>
              <th scope="col">When</th>
              <th scope="col">Updates</th>
              <th scope="col">No change</th>
              <th scope="col">Not assessed</th>
              <th scope="col">New</th>
              <th scope="col">Comments</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.agency}>
                {acceptable && (
                  <td data-label="Accept">
                    {(line.state === 'submitted' || line.state === 'nil') && (
                      <input
                        type="checkbox"
                        name="agencies"
                        form="accept-returns"
                        value={line.agency}
                        aria-label={`Accept the return of ${line.agency}`}
                      />
                    )}
                  </td>
                )}
                <th scope="row">
                  <a href={`${here}/returns/${encodeURIComponent(line.agency)}`} dir="auto">
                    {line.name}
                  </a>
                </th>
                <td data-label="Return">
                  <span class={`return-state ${line.state}`}>{RETURN_STATE_WORDS[line.state]}</span>
                  {isNil(line) && line.state !== 'nil' && ': a nil return'}
                  {line.late && line.state !== 'not_received' && <span class="alert"> late</span>}
                </td>
                <td data-label="When">
                  {line.receivedOn
                    ? dateWords(line.receivedOn, 'short')
                    : line.daysLeft !== null && state === 'open'
                      ? daysWords(line.daysLeft)
                      : '–'}
                  {isDesk && line.remindedOn && <small> reminded {dateWords(line.remindedOn, 'short')}</small>}
                </td>
                <td data-label="Updates">{line.receivedOn && !isNil(line) ? count(line.says.update) : '–'}</td>
                <td data-label="No change">{line.receivedOn && !isNil(line) ? count(line.says.no_change) : '–'}</td>
                <td data-label="Not assessed">
                  {line.receivedOn && !isNil(line) ? count(line.says.not_assessed) : '–'}
                </td>
                <td data-label="New">{line.receivedOn && !isNil(line) ? count(line.says.new) : '–'}</td>
                <td data-label="Comments">{line.comments > 0 ? count(line.comments) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </Table>
        {acceptable && (
          <form id="accept-returns" method="post" action={`${here}/accept`}>
            <CsrfField />
            <input type="hidden" name="_key" value={newCommandId()} />
            <button>Accept those that are ticked</button>
          </form>
        )}
      </section>
      <Asks round={round} />
    </PlainPage>
  );
};

/** Who answered, with names: silence, nil returns and answers apart. */
const Rates = ({ view, rates, isOpen }: { view: View; rates: ResponseRates; isOpen: boolean }) => {
  const of = rates.expected.count;
  const rows = [
    ['Answered', rates.received],
    ['Nil return: nothing to report', rates.nil],
    [isOpen ? 'Nothing received yet' : 'Silent: nothing received', rates.silent],
    ['Late, of what came', rates.late],
  ] as const;
  return (
    <section>
      <h2>Who answered</h2>
      <dl class="rates">
        {rows.map(([words, { count: n, agencies }]) => (
          <div key={words}>
            <dt>{words}</dt>
            <dd>
              <strong>{count(n)}</strong> of {count(of)}
              {agencies.length > 0 && (
                <small>
                  {' '}
                  {agencies.map((code, i) => (
                    <span key={code}>
                      {i > 0 && ', '}
                      <a href={view.link(path('agencies', code))} title={view.names.agency.get(code)}>
                        {code}
                      </a>
                    </span>
                  ))}
                </small>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
};

interface TimelineParts {
  readonly view: View;
  /** The first first. */
  readonly rounds: readonly RoundInShort[];
  readonly lines: readonly (readonly ReturnLine[])[];
}

/** Every agency that was ever asked, and how it answered each round. */
const Timeline = ({ view, rounds, lines }: TimelineParts) => {
  const agencies = [...new Set(lines.flat().map(({ agency }) => agency))].sort();
  if (rounds.length < 2 || agencies.length === 0) return null;
  return (
    <section>
      <h2>Who answered when</h2>
      <Table class="breakdown brief">
        <caption class="hidden">How each agency answered each round</caption>
        <thead>
          <tr>
            <th scope="col">Agency</th>
            {rounds.map(({ code, asOf }) => (
              <th key={code} scope="col">
                <a href={path('rounds', code)}>{dateWords(asOf, 'short')}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {agencies.map((agency) => (
            <tr key={agency}>
              <th scope="row">
                <a href={view.link(path('agencies', agency))} title={view.names.agency.get(agency)}>
                  {agency}
                </a>
              </th>
              {rounds.map(({ code, asOf, responses }, i) => {
                const line = lines[i]!.find((one) => one.agency === agency);
                return (
                  <td key={code} data-label={dateWords(asOf, 'short')}>
                    {line ? (
                      <span class={`return-state ${line.state}`}>
                        {RETURN_STATE_WORDS[line.state]}
                        {line.state !== 'nil' && responses?.nil.agencies.includes(agency) && ': a nil return'}
                        {line.late && line.state !== 'not_received' && ', late'}
                      </span>
                    ) : (
                      <small>not asked</small>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
};
