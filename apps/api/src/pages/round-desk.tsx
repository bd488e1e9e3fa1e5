/** The secretariat's work on rounds: the forms by which one is prepared, opened, led to its end and published. */
import { Body, Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { classOf, OpenRound, type Round } from '#bodies';
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
} from '#platform';
import { PublishingOrders } from '#reports';
import { Returns, ROUND_ACTS, Rounds, RoundViews } from '#rounds';
import type { RoundState } from '#words';
import { actForPeople } from './field-words.js';
import { asFilled, Form, KEY, MORE, REVISION, SHOWN_MS, type Filled, type FormParts } from './form.js';
import { PlainPage } from './layout.js';
import { publishingPath } from './publishing.js';
import { RendersPages } from './rendering.js';
import { needsDesk } from './signed-in.js';
import { Suggestions } from './suggestions.js';
import { path } from './view.js';
import { count, counted } from './words.js';

/** The acts on a round that have a form. */
export const FORMS = {
  amend: 'Amend the round',
  extend: 'Extend the deadline',
  remind: 'Remind those who still owe',
  close: 'Close the round',
  reopen: 'Reopen for one agency',
  publish: 'Publish the round',
} as const;
type FormAct = keyof typeof FORMS;

/** The acts on a round by its state. */
export const BY_STATE: Readonly<Record<RoundState, readonly FormAct[]>> = {
  open: ['remind', 'extend', 'amend', 'close'],
  closed: ['publish', 'reopen'],
  published: ['reopen'],
};

class Several {
  @CodesOf('agency', { min: 1 }) readonly agencies: string[];
}

@RendersPages()
@Controller('rounds')
export class RoundDeskPages {
  constructor(
    private readonly rounds: Rounds,
    private readonly returns: Returns,
    private readonly roundViews: RoundViews,
    private readonly projector: Projector,
    private readonly suggestions: Suggestions,
    private readonly orders: PublishingOrders,
  ) {}

  @Get('prepare')
  @ForSignedIn()
  async prepares(@Req() request: ApiRequest) {
    needsDesk(request);
    const [last] = await this.roundViews.list();
    const { round } = last ? this.roundViews.opened(last.code) : { round: null };
    const carried = round && {
      ...{
        expected: round.expected,
        guidance: guidanceToCarry(round),
        questions: round.questions,
        inQuestion: round.inQuestion,
        reminders: round.reminders,
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
      return path('rounds', (body as Round).code);
    });
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
    const { [KEY]: key, [REVISION]: revision, ...filled } = sent as Filled;
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
      if (name === 'publish') return publishingPath(await this.orders.round(code, body, by));
      const expected = draft && revision !== undefined ? Number(revision) : undefined;
      const done =
        name === 'amend'
          ? await this.rounds.amend(code, body as Round, { ...by, expected })
          : await this.rounds.act(name, code, body, by);
      if (done.position) await this.projector.reached(done.position, SHOWN_MS);
      return path('rounds', code);
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
    /** Gives the page that comes next. */
    execute: (body: object, context: CommandContext) => Promise<string>,
  ) {
    needsDesk(request);
    const { [KEY]: key = newCommandId(), [REVISION]: revision, [MORE]: more, ...filled } = sent as Filled;
    const again = { filled, key: String(key), revision: revision === undefined ? undefined : Number(revision) };
    if (typeof more === 'string') return this.#form(name, known, { ...again, more });
    const of = bodyOf(name);
    try {
      const body = (await validation(of).transform(bodyOfForm(of, tidied(of, filled)), {
        type: 'body',
        metatype: of,
      })) as object;
      return new SeeOther(await execute(body, contextOf(request, again.key, filled)));
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
        lead={<p>{actForPeople(summary)}.</p>}
      >
        <p class="note">{actForPeople(description)}</p>
        <Form
          of={of}
          {...shown}
          action={known ? path('rounds', known.code, name) : '/rounds/prepare'}
          hidden={{ [KEY]: key, ...(revision !== undefined && { [REVISION]: revision }) }}
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

/** Without what a round that was replayed says of where it comes from. */
const guidanceToCarry = ({ guidance }: Round): string | undefined =>
  guidance
    ?.split(/\n{2,}/)
    .filter((paragraph) => !paragraph.startsWith('Replayed from '))
    .join('\n\n');

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

function contextOf(request: ApiRequest, key: string, filled: Filled): CommandContext {
  const context = commandContextOf(request);
  const once = `form ${key}\n${request.url}\n${canonicalJson(filled)}`;
  return { ...context, meta: metaOf(context.by, once, request.correlation?.known) };
}
