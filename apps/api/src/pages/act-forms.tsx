/** The forms of acts on commitments: one for each line of the table of acts, at the address of its route without `/v1`. */
import { Controller, Get, Inject, Injectable, Param, Req, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { actsFor, actAddress, giveAct, historyOf, parameterNamesOf, parametersOf, viewOf } from '#acts';
import type { ActFor, ActOn, CommitmentView, HistoryItem, RouteParameters } from '#acts';
import { classOf, forms } from '#bodies';
import { todayAnywhere, todayAt } from '#clocks';
import { ACTS, actOf, RETRACTABLE_LISTS, type ActName, type Line } from '#commitments';
import { canonicalJson, newCommandId, Projector, Rejected, WrongRevision, type Log } from '#eventsourcing';
import {
  bodyOfForm,
  ForSignedIn,
  formFieldsIn,
  LOG,
  PostsForm,
  tidied,
  validated,
  type ApiRequest,
  type Principal,
  type FieldValues,
} from '#platform';
import { Suggestions, type Suggestion } from '#progress';
import { isActing } from '#words';
import { actInWords } from './acts-in-words.js';
import { queryAfter } from './after-act.js';
import { StageTag } from './figures.js';
import { actForPeople } from './field-words.js';
import { Form } from './form.js';
import { asFilled, SHOW_TIMEOUT_MS, type FormParts, type ShownForm } from './form-parts.js';
import { formContext, FormSent, taken, type FormRequest } from './form-sent.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { Source, Words } from './source.js';
import { PageQuery, path, Views, type View } from './view.js';
import { dateWords, roleWords, textWords } from './words.js';

export type PathParams = Readonly<Record<string, string>>;
/** The values that the form of an act begins with. */
const INITIAL_VALUES: { readonly [A in ActName]?: (c: CommitmentView, on: RouteParameters) => object } = {
  setThemes: ({ themes }) => ({ themes }),
  setTarget: ({ target }) => ({ date: target?.date }),
  amendWording: ({ title, summary, language, condition }) => ({ title, summary, language, condition }),
  rescheduleMilestone: ({ milestones }, on) => ({
    due: milestones.find(({ milestone }) => milestone === on.milestone)?.due,
  }),
};

/** Of these acts only differences are sent. */
const SAYS_CHANGES: readonly ActName[] = ['amendWording'];

const isSameValue = (one: unknown, other: unknown): boolean =>
  canonicalJson(asFilled(one) ?? null) === canonicalJson(asFilled(other) ?? null);

/** An act as one is about to do it. */
interface ActToDo {
  readonly name: ActName;
  readonly of: new () => object;
  readonly by: Principal;
  readonly view: View;
  readonly action: string;
  readonly on: RouteParameters;
  /** `null`: a commitment is to be recorded. */
  readonly commitment: CommitmentView | null;
  /** The statement that a correction is about. */
  readonly statement: HistoryItem | null;
  readonly without: readonly string[];
  readonly within: { readonly [field: string]: new () => object };
  readonly places: readonly Suggestion[];
  readonly choices: NonNullable<FormParts['choices']>;
}

@Injectable()
export class ActForms {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly commands: CommandBus,
    private readonly projector: Projector,
    private readonly views: Views,
    private readonly suggestions: Suggestions,
  ) {}

  /** @throws Rejected `not_found` | `forbidden` */
  async empty(name: ActName, params: PathParams, request: ApiRequest) {
    const doing = await this.#doing(name, params, request);
    await this.#refuseUnlessAllowed(doing);
    return this.#form(doing, this.#beginning(doing));
  }

  /** Gives the act, or shows the form again, with its entries and faults. */
  async take(name: ActName, params: PathParams, form: FormRequest) {
    const { request, revision = 0 } = form;
    const doing = await this.#doing(name, params, request);
    const gives = async () => {
      const body = validated(doing.of, this.#said(doing, form.filled));
      const act = { act: name, body, ...doing.on } as ActOn<'commitment'>;
      const context = { ...formContext(form), expected: doing.commitment ? revision : undefined };
      const done = await giveAct('commitment', doing.commitment?.reference ?? null, act, context, this.commands);
      await this.projector.reached(done.position, SHOW_TIMEOUT_MS);
      return path('commitments', done.id) + queryAfter(done);
    };
    return taken(form, gives, async (again, error) => {
      if (!(error instanceof WrongRevision)) return this.#form(doing, again);
      const now = await this.#doing(name, params, request);
      return this.#form(now, { ...form, revision: error.actual, since: revision });
    });
  }

  async #doing(name: ActName, params: PathParams, request: ApiRequest): Promise<ActToDo> {
    const by = request.principal;
    if (!by || !isActing(by))
      throw new Rejected(
        'forbidden',
        'You act for nobody now, or for several: your account says for whom you may act, and lets you choose.',
      );
    const line = ACTS[name];
    const on = parametersOf(params, parameterNamesOf(line));
    const { reference } = params;
    const at = { asOf: todayAnywhere(new Date()) };
    const [view, commitment] = await Promise.all([
      this.views.open(new PageQuery(), request),
      reference === undefined ? null : viewOf(this.log, reference, at),
    ]);
    const history = on.revision === undefined ? null : await historyOf(this.log, reference!, at);
    const statement = history?.items.find(({ revision }) => revision === on.revision) ?? null;
    if (history && !statement) throw new Rejected('not_found', `${reference} has no such statement.`);
    const says = name === 'correct' && statement ? actOf({ name: eventNameOf(statement) }) : undefined;
    // An agency's person reports for that agency.
    const ofReporter = by.agency === null ? [] : ['agency', 'onBehalf'];
    return {
      ...{ name, by, view, on, commitment, statement },
      of: classOf(line.body),
      action:
        reference === undefined
          ? '/record'
          : actAddress('commitment', reference, { act: name, ...on }).slice('/v1'.length),
      without: 'namesReporter' in line && line.namesReporter ? ofReporter : ofReporter.slice(1),
      within: says ? { says: classOf(says.body) } : {},
      places: statement ? placesIn(name, statement) : [],
      choices: commitment ? choicesIn({ name, commitment, by, on, statement }) : {},
    };
  }

  async #refuseUnlessAllowed({ name, commitment, on, by }: ActToDo): Promise<void> {
    if (!commitment) return;
    const isThis = (one: ActFor) =>
      one.act === name && one.agency === on.agency && one.milestone === on.milestone && one.revision === on.revision;
    if ((await actsFor(this.log, commitment.reference, by)).some(isThis)) return;
    throw new Rejected(
      'forbidden',
      `“${ACTS[name].button}” is not yours to do here, or it cannot be done as things stand. The page of ${commitment.reference} shows what you can do.`,
    );
  }

  #beginning({ name, of, commitment, on, by, statement }: ActToDo): ShownForm {
    const today = todayAt(new Date());
    const isDated = formFieldsIn(of).some((field) => field.name === 'reportedOn');
    const own = name === 'record' && by.agency !== null ? { agencies: [{ agency: by.agency, role: 'lead' }] } : {};
    const begun = commitment ? INITIAL_VALUES[name]?.(commitment, on) : own;
    const says = name === 'correct' && statement ? { says: saidBy(statement) } : {};
    return {
      filled: asFilled({ ...(isDated && { reportedOn: today }), ...begun, ...says }) as FieldValues,
      key: newCommandId(),
      revision: commitment?.revision ?? 0,
    };
  }

  /** The body that a form stands for. */
  #said({ name, of, within, without, commitment, on, statement }: ActToDo, filled: FieldValues): object {
    const body: Record<string, unknown> = { ...bodyOfForm(of, tidied(of, filled)) };
    if (SAYS_CHANGES.includes(name) && commitment)
      for (const [field, before] of Object.entries(INITIAL_VALUES[name]!(commitment, on)))
        if (isSameValue(body[field], before)) delete body[field];
    if (!within['says'] || !statement) return body;
    const [said, says] = [
      askedOf(within['says'], saidBy(statement) as FieldValues),
      bodyOfForm(within['says'], tidied(within['says'], (filled['says'] ?? {}) as FieldValues)),
    ];
    body['says'] = Object.fromEntries(
      formFieldsIn(within['says']).flatMap((field) =>
        without.includes(field.name) || isSameValue(says[field.name], said[field.name])
          ? []
          : [[field.name, says[field.name] ?? null]],
      ),
    );
    return body;
  }

  /** @param since the revision that was read before somebody else was faster */
  async #form(doing: ActToDo, { since, ...shown }: ShownForm & { readonly since?: number }) {
    const { name, of, by, view, action, without, within, places, choices, commitment } = doing;
    const { needs } = ACTS[name] as Pick<Line, 'needs'>;
    const agency = by.agency ?? commitment?.agencies[0]?.agency ?? null;
    const suggestions = await this.suggestions.for(of, agency, within);
    const back = commitment ? path('commitments', commitment.reference) : '/home';
    const { summary, description } = ACTS[name];
    const about = actForPeople(description);
    return (
      <PlainPage
        title={actTitle(doing)}
        path={commitment ? path('commitments', commitment.reference) : action}
        eyebrow={commitment ? <a href={back}>{commitment.reference}</a> : 'New'}
        lead={<p>{commitment ? <Words text={commitment.title} lang={commitment.language} /> : summary}</p>}
      >
        {commitment && <AsItStands commitment={commitment} />}
        <StatementShown doing={doing} />
        {about && <p class="note">{about}</p>}
        <Form
          {...{ of, shown, without, within, places, choices, needs, suggestions, action, back }}
          submit={commitment ? ACTS[name].button : 'Record it'}
        >
          {since !== undefined && commitment && (
            <ActsMeanwhile
              view={view}
              commitment={commitment}
              items={(await historyOf(this.log, commitment.reference, { asOf: commitment.asOf })).items.filter(
                (item) => item.revision > since,
              )}
            />
          )}
        </Form>
      </PlainPage>
    );
  }
}

const eventNameOf = ({ type }: HistoryItem) => type.slice(type.indexOf('.') + 1) as Parameters<typeof actOf>[0]['name'];

/** The words of a statement as its act has them, by its last correction. */
function saidBy(statement: HistoryItem): object {
  const corrected = statement.corrections.findLast(({ kind, says }) => kind === 'corrected' && says);
  const data = (corrected?.says ?? statement.data) as Record<string, unknown>;
  return { ...data, ...actOf({ name: eventNameOf(statement) })?.notInEvent?.(data) };
}

/** The part of a statement that a form asks for. */
function askedOf(of: new () => object, said: FieldValues): FieldValues {
  const inner = (one: unknown, within: new () => object) =>
    typeof one === 'object' && one !== null ? askedOf(within, one as FieldValues) : one;
  return Object.fromEntries(
    formFieldsIn(of).flatMap(({ name, of: within }) => {
      const value = said[name];
      if (value === undefined) return [];
      if (!within) return [[name, value]];
      return [[name, Array.isArray(value) ? value.map((one) => inner(one, within)) : inner(value, within)]];
    }),
  );
}

/** The choices in the form of an act as things stand. A correction is about the roles of its day. */
function choicesIn({
  name,
  commitment,
  by,
  on,
  statement,
}: Pick<ActToDo, 'name' | 'commitment' | 'by' | 'on' | 'statement'>) {
  const choices = (of: Pick<Line, 'choices'>) =>
    of.choices?.(commitment!, { ...by, today: todayAnywhere(new Date()) }, on) ?? {};
  if (name !== 'correct') return choices(ACTS[name] as Pick<Line, 'choices'>);
  const { stage } = choices((statement && actOf({ name: eventNameOf(statement) })) ?? {}) as {
    stage?: readonly string[];
  };
  return { 'says.stage': stage };
}

/** The places in a statement that an act may name. */
function placesIn(name: ActName, { data }: HistoryItem): Suggestion[] {
  if (name === 'retract')
    return RETRACTABLE_LISTS.flatMap((list) =>
      (((data as FieldValues)[list] ?? []) as Readonly<Record<string, string>>[]).map((item, i) => ({
        value: `/${list}/${i}`,
        label: textWords(item['title'] ?? `${item['type']} ${item['to']}`),
      })),
    );
  return name === 'blank' ? [...freeTextsIn(data as FieldValues)] : [];
}

/** Every free text of a statement, by its place. */
export function* freeTextsIn(value: unknown, at = '', field = ''): Generator<Suggestion> {
  if (typeof value === 'string' && forms.isFreeText(field)) yield { value: at, label: value };
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value))
      yield* freeTextsIn(one, `${at}/${name}`, Array.isArray(value) ? field : name);
}

function actTitle({ name, on, commitment, view }: ActToDo): string {
  const { button } = ACTS[name];
  const milestone = commitment?.milestones.find((one) => one.milestone === on.milestone);
  if (milestone) return `Milestone “${textWords(milestone.title)}”: ${button.toLowerCase()}`;
  if (on.agency === undefined) return button;
  const roles = (commitment?.agencies ?? []).flatMap((one) => (one.agency === on.agency ? roleWords(one.role) : []));
  return `${view.names.agency.get(on.agency) ?? on.agency}, ${roles.join(' and ')}: ${button.toLowerCase()}`;
}

const AsItStands = ({ commitment: { stage, lastReportedOn, target } }: { commitment: CommitmentView }) => (
  <p class="stands-now">
    Now: <StageTag stage={stage} />, last reported on {dateWords(lastReportedOn)}.
    {target && ` Target: ${dateWords(target.date)}.`}
  </p>
);

const StatementShown = ({ doing: { statement, view, commitment } }: { doing: ActToDo }) => {
  if (!statement || !commitment) return null;
  const { type, data, revision, reportedOn } = statement;
  return (
    <blockquote class="of-statement">
      <p>{actInWords(type, data, { view, revision, milestones: commitment.milestones })}</p>
      <p class="note">Reported on {dateWords(reportedOn)}</p>
      <Source view={view} of={data} uncited={null} />
    </blockquote>
  );
};

interface SinceParts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly items: readonly HistoryItem[];
}

/** The acts of others while the form was filled in. */
const ActsMeanwhile = ({ view, commitment, items }: SinceParts) => (
  <div class="callout faults" role="alert">
    <h2>Somebody was faster</h2>
    <p>Nothing of yours is lost, and nothing is recorded yet. Meanwhile this was recorded:</p>
    <ul>
      {items.map(({ type, data, revision, by }) => (
        <li key={revision}>
          {actInWords(type, data, { view, revision, milestones: commitment.milestones })}{' '}
          <small>by {by.agency ?? 'the secretariat'}</small>
        </li>
      ))}
    </ul>
    <p>Look at what you filled in once more, and send it again if it still holds.</p>
  </div>
);

/** The forms of a kind of acts; an act is named by some words. */
interface FormsOf<Names extends readonly string[]> {
  empty(...of: [...Names, params: PathParams, request: ApiRequest]): Promise<unknown>;
  take(...of: [...Names, params: PathParams, form: FormRequest]): Promise<unknown>;
}

/** The pages of the form of one act, at an address. */
export function formPages<Names extends readonly string[]>(
  forms: Type<FormsOf<Names>>,
  [prefix, below]: readonly [prefix: string, below: string],
  ...names: Names
): Type<unknown> {
  @RendersPages()
  @ForSignedIn()
  @Controller(prefix)
  class FormPages {
    constructor(@Inject(forms) private readonly forms: FormsOf<Names>) {}

    @Get(below)
    form(@Param() params: PathParams, @Req() request: ApiRequest) {
      return this.forms.empty(...names, params, request);
    }

    @PostsForm(below)
    takes(@Param() params: PathParams, @FormSent() form: FormRequest) {
      return this.forms.take(...names, params, form);
    }
  }
  return FormPages;
}

export const actFormPages = (Object.keys(ACTS) as ActName[]).map((name) => {
  const { path: below } = ACTS[name];
  return formPages(ActForms, below === '' ? ['record', ''] : ['commitments', `:reference/${below}`], name);
});
