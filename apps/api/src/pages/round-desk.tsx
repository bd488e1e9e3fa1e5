/** The secretariat's work on rounds: the forms by which one is prepared, opened, led to its end and published. */
import { Controller, Get, Param, Req } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { classOf, OpenRound, type Round } from '#bodies';
import { Conflict, newCommandId, Projector, Rejected } from '#eventsourcing';
import {
  commandContextOf,
  ForSignedIn,
  PostsForm,
  problemOf,
  SeeOther,
  Reply,
  type ApiRequest,
  type CommandContext,
  type FieldValues,
} from '#platform';
import { PublishingOrders } from '#reports';
import { ROUND_ACTS, Rounds, RoundViews, stateOf } from '#rounds';
import type { RoundState } from '#words';
import { Suggestions } from '#progress';
import { ConfirmPage } from './confirming.js';
import { actForPeople } from './field-words.js';
import { Form } from './form.js';
import { asFilled, SHOW_TIMEOUT_MS, type ShownForm } from './form-parts.js';
import { bodyIn, formContext, FormSent, taken, type FormRequest } from './form-sent.js';
import { PlainPage } from './layout.js';
import { publishingPath } from './publishing.js';
import { RendersPages } from './rendering.js';
import { Consequences } from './round-consequences.js';
import { ROUND_FORM_TITLES, type FormAct } from './round-words.js';
import { needsDesk } from './signed-in.js';
import { path } from './view.js';

/** The acts on a round by its state; `null`: it is being prepared. */
const ACTS_OF_STATE: Readonly<Record<RoundState, readonly FormAct[]>> = {
  open: ['remind', 'extend', 'amend', 'close'],
  closed: ['remind', 'publish', 'reopen'],
  published: ['remind', 'reopen'],
};
const ACTS_WHILE_PREPARED: readonly FormAct[] = ['open', 'amend'];

/** The acts that are offered. @param owing whether an agency owes a return now */
export const offeredIn = (state: RoundState, owing: boolean): readonly FormAct[] =>
  ACTS_OF_STATE[state].filter((act) => act !== 'remind' || owing);

@RendersPages()
@Controller('rounds')
export class RoundDeskPages {
  constructor(
    private readonly rounds: Rounds,
    private readonly roundViews: RoundViews,
    private readonly projector: Projector,
    private readonly suggestions: Suggestions,
    private readonly orders: PublishingOrders,
    private readonly consequences: Consequences,
  ) {}

  @Get('prepare')
  @ForSignedIn()
  async prepares(@Req() request: ApiRequest) {
    needsDesk(request);
    const [last] = await this.roundViews.list();
    const { round } = last ? this.roundViews.opened(last.code) : { round: null };
    const { code: previous, expected, questions, inQuestion, reminders } = round ?? {};
    const carried = round && { expected, guidance: guidanceToCarry(round), questions, inQuestion, reminders, previous };
    return this.#shown('prepare', null, { filled: asFilled(carried ?? {}) as FieldValues, key: newCommandId() }, null);
  }

  @PostsForm('prepare')
  async prepared(@FormSent() form: FormRequest) {
    return this.#takes('prepare', null, form, async (body, context) => {
      await this.rounds.prepare(body as Round, context);
      return path('rounds', (body as Round).code);
    });
  }

  @Get(':round/discard')
  @ForSignedIn()
  async discarding(@Param('round') code: string, @Req() request: ApiRequest) {
    needsDesk(request);
    const draft = await this.rounds.draft(code);
    if (!draft) throw new Rejected('not_found', `No round ${code} is being prepared.`);
    const back = path('rounds', code);
    return (
      <ConfirmPage
        {...{ title: 'Throw the round away', of: draft.content.name, back, revision: draft.revision }}
        {...{ action: `${back}/discard`, button: 'Throw it away' }}
      >
        What was prepared is deleted, with all its revisions. Nobody but the secretariat ever saw it, and nobody is
        written to.
      </ConfirmPage>
    );
  }

  @PostsForm(':round/discard')
  async discards(@Param('round') code: string, @FormSent() { request, revision }: FormRequest) {
    needsDesk(request);
    await this.rounds.discard(code, { ...commandContextOf(request), expected: revision });
    return new SeeOther('/rounds');
  }

  @Get(':round/:act')
  @ForSignedIn()
  async form(
    @Param() { round, act }: { round: string; act: string },
    @Req() request: ApiRequest,
    @Reply() reply: FastifyReply,
  ) {
    needsDesk(request);
    const name = formAct(act);
    const { known, revision } = await this.#known(round);
    const filled = name === 'amend' ? (asFilled(known) as FieldValues) : {};
    return this.#form(name, known, { filled, key: newCommandId(), revision }, reply);
  }

  @PostsForm(':round/:act')
  async takes(@Param() { round: code, act }: { round: string; act: string }, @FormSent() form: FormRequest) {
    needsDesk(form.request);
    const name = formAct(act);
    const { known, revision } = await this.#known(code);
    return this.#takes(name, known, form, async (body, by, read) => {
      if (name === 'publish') return publishingPath(await this.orders.round(code, body, by));
      const context = { ...by, expected: revision === undefined ? undefined : read };
      const done =
        name === 'open'
          ? await this.rounds.open(code, body, context)
          : name === 'amend'
            ? await this.rounds.amend(code, body as Round, context)
            : await this.rounds.act(name, code, body, by);
      if (done.position) await this.projector.reached(done.position, SHOW_TIMEOUT_MS);
      return path('rounds', code);
    });
  }

  /** @throws Conflict where an act cannot be done as things stand */
  async #refuseNow(name: FormAct, { code }: Round): Promise<void> {
    if (await this.rounds.draft(code)) {
      if (!ACTS_WHILE_PREPARED.includes(name))
        throw new Conflict('not_open_yet', `${code} is being prepared: open it first.`);
      return;
    }
    const round = this.roundViews.opened(code);
    const state = stateOf(round);
    if (!ACTS_OF_STATE[state].includes(name))
      throw new Conflict(
        'not_now',
        name === 'open' ? `${code} was opened on ${round.openedOn}.` : `${code} is ${state}.`,
      );
  }

  /** A round as it is prepared, or was opened. */
  async #known(code: string): Promise<{ readonly known: Round; readonly revision?: number }> {
    const draft = await this.rounds.draft(code);
    if (draft) return { known: draft.content, revision: draft.revision };
    return { known: this.roundViews.opened(code).round! };
  }

  async #takes(
    name: FormAct | 'prepare',
    known: Round | null,
    form: FormRequest,
    /** Gives the page that comes next. */
    execute: (body: object, context: CommandContext, read: number | undefined) => Promise<string>,
  ) {
    needsDesk(form.request);
    return taken(
      form,
      async () => execute(bodyIn(bodyOf(name), form.filled), formContext(form), form.revision),
      (again) => this.#form(name, known, again, form.reply),
    );
  }

  /** The form of an act; in its place why it cannot be done as things stand. */
  async #form(name: FormAct | 'prepare', known: Round | null, shown: ShownForm, reply: FastifyReply) {
    if (known === null || name === 'prepare') return this.#shown('prepare', null, shown, null);
    try {
      await this.#refuseNow(name, known);
      return await this.#shown(name, known, shown, await this.consequences.of(name, known));
    } catch (error) {
      const { status, detail } = problemOf(error);
      if (status !== 409) throw error;
      void reply.status(status);
      return <NotNow name={name} known={known} why={detail} />;
    }
  }

  async #shown(name: FormAct | 'prepare', known: Round | null, shown: ShownForm, told: VNode | null) {
    const of = bodyOf(name);
    const back = known ? path('rounds', known.code) : '/rounds';
    const { summary, description } = name === 'prepare' ? PREPARE_WORDS : ROUND_ACTS[name];
    return (
      <PlainPage
        title={name === 'prepare' ? 'Prepare a round' : ROUND_FORM_TITLES[name]}
        path={back}
        eyebrow={known ? <a href={back}>{known.name}</a> : <a href="/rounds">Reporting rounds</a>}
        lead={<p>{actForPeople(summary)}.</p>}
      >
        <p class="note">{actForPeople(description)}</p>
        {told}
        <Form
          {...{ of, shown, back }}
          {...(name === 'open' && { without: ['on'] })}
          action={known ? path('rounds', known.code, name) : '/rounds/prepare'}
          submit={name === 'prepare' ? 'Keep it; nobody else sees it yet' : ROUND_FORM_TITLES[name]}
          suggestions={await this.suggestions.for(of, null)}
        />
      </PlainPage>
    );
  }
}

/** In the place of a form that is impossible at present. */
const NotNow = ({ name, known: { code, name: title }, why }: { name: FormAct; known: Round; why: string }) => (
  <PlainPage
    title={ROUND_FORM_TITLES[name]}
    path={path('rounds', code)}
    eyebrow={<a href={path('rounds', code)}>{title}</a>}
  >
    <p class="callout">{why}</p>
    <p>
      <a href={path('rounds', code)}>Back to the round</a>
    </p>
  </PlainPage>
);

/** Without the words of a replayed round on its source. */
const guidanceToCarry = ({ guidance }: Round): string | undefined =>
  guidance
    ?.split(/\n{2,}/)
    .filter((paragraph) => !paragraph.startsWith('Replayed from '))
    .join('\n\n');

const PREPARE_WORDS = {
  summary: 'Nothing of it is public before you open it',
  description: 'What the last round asked stands here already.',
};

const bodyOf = (name: FormAct | 'prepare'): new () => object =>
  name === 'open' ? OpenRound : classOf(name === 'prepare' ? 'Round' : ROUND_ACTS[name].body);

function formAct(act: string): FormAct {
  if (!Object.hasOwn(ROUND_FORM_TITLES, act)) throw new Rejected('not_found', `A round has no page ${act}.`);
  return act as FormAct;
}
