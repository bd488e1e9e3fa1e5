/** The forms of acts on the registers, and the page of an entry: its statements, their authors, the possible acts. */
import { Controller, Get, Inject, Injectable, Param, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsOptional, Matches } from 'class-validator';
import { giveAct, parameterNamesOf, parametersOf, type ActOn } from '#acts';
import { classOf } from '#bodies';
import { decodeAll, load, newCommandId, Projector, Rejected, WrongRevision, type Log } from '#eventsourcing';
import { ForSignedIn, LOG, type Actor, type ApiRequest, type FieldValues } from '#platform';
import {
  actsOn,
  entryCode,
  entryName,
  REGISTER_ACTS,
  registers,
  Registers,
  type ActLine,
  type Entry,
} from '#registers';
import { Suggestions, type Suggestion } from '#progress';
import { WHOLE_NUMBER } from '#text';
import { PATHS } from '#words';
import { formPages, freeTextsIn, type PathParams } from './act-forms.js';
import { CODES_IN_ADDRESS, endedAgencies, queryAfter } from './after-act.js';
import { actForPeople } from './field-words.js';
import { Form } from './form.js';
import { asFilled, SHOW_TIMEOUT_MS, type ShownForm } from './form-parts.js';
import { bodyIn, formContext, taken, type FormRequest } from './form-sent.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { Words } from './source.js';
import { PageQuery, path, Views } from './view.js';
import { count, textWords } from './words.js';
import { EntryPage } from './register-entry.js';
import {
  entryPath,
  isKind,
  REGISTER_KIND_WORDS,
  REGISTER_KINDS,
  actLinesOf,
  type RegisterKind,
} from './register-words.js';

/** An act as one is about to do it. */
interface ActToDo {
  readonly kind: RegisterKind;
  readonly name: string;
  readonly line: ActLine;
  readonly of: new () => object;
  /** `null`: it makes the entry. */
  readonly code: string | null;
  readonly entry: Entry | null;
  readonly revision: number;
  readonly on: ReturnType<typeof parametersOf>;
  readonly action: string;
  readonly places: readonly Suggestion[];
  readonly agency: string | null;
}

@Injectable()
export class RegisterForms {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly commands: CommandBus,
    private readonly projector: Projector,
    private readonly suggestions: Suggestions,
  ) {}

  /** @throws Rejected `not_found` | `forbidden` */
  async empty(kind: RegisterKind, name: string, params: PathParams, request: ApiRequest) {
    const doing = await this.#doing(kind, name, params, request);
    const own = kind === 'document' && name === 'enter' && doing.agency ? { publisher: doing.agency } : {};
    const filled = asFilled(name === 'amend' ? doing.entry : own) as FieldValues;
    return this.#form(doing, { filled, key: newCommandId(), revision: doing.revision });
  }

  /** Gives the act, or shows the form again, with its entries and faults. */
  async take(kind: RegisterKind, name: string, params: PathParams, sent: FormRequest) {
    const doing = await this.#doing(kind, name, params, sent.request);
    const form = { ...sent, revision: sent.revision ?? doing.revision };
    const gives = async () => {
      const context = { ...formContext(form), expected: doing.code === null ? undefined : form.revision };
      const act = { act: name, body: bodyIn(doing.of, form.filled), ...doing.on } as unknown as ActOn<RegisterKind>;
      const done = await giveAct(kind, doing.code, act, context, this.commands);
      await this.projector.reached(done.position, SHOW_TIMEOUT_MS);
      return entryPath(kind, done.id) + queryAfter(done);
    };
    return taken(form, gives, async (again, error) => {
      if (!(error instanceof WrongRevision)) return this.#form(doing, again);
      const refused = 'Somebody else was faster: look at it again.';
      return this.#form(doing, { ...form, revision: error.actual, refused });
    });
  }

  async #doing(kind: RegisterKind, name: string, params: PathParams, { principal }: ApiRequest): Promise<ActToDo> {
    const line = actsOn(kind)[name]!;
    if (!principal || !mayDo(line, principal))
      throw new Rejected(
        'forbidden',
        'The registers are kept by the secretariat; an agency registers documents of its own.',
      );
    const code = params['code'] ?? null;
    const { state, revision } =
      code === null ? { state: null, revision: 0 } : await load(this.log, registers[kind] as never, code);
    const { entry = null } = (state ?? {}) as { entry?: Entry | null };
    if (code !== null && !entry)
      throw new Rejected('not_found', `There is no ${REGISTER_KIND_WORDS[kind][0]} ${code}.`);
    const on = parametersOf(params, parameterNamesOf(line));
    const events =
      on.revision === undefined ? [] : await decodeAll(this.log, await this.log.store.read(`${kind}-${code}`));
    const statement = events.find((one) => one.revision === on.revision);
    if (on.revision !== undefined && !statement) throw new Rejected('not_found', `${code} has no such statement.`);
    const below = line.path.replace(':revision', String(on.revision));
    return {
      ...{ kind, name, line, code, entry, revision, on, agency: principal.agency },
      of: classOf(line.body),
      action: code === null ? `/register/${kind}` : `${path(PATHS[kind], code)}/${below}`,
      places: statement ? [...freeTextsIn(statement.data as FieldValues)] : [],
    };
  }

  async #form({ kind, line, of, code, entry, action, places, agency }: ActToDo, shown: ShownForm) {
    const suggestions = await this.suggestions.for(of, agency);
    const back = code === null ? '/register' : entryPath(kind, code);
    return (
      <PlainPage
        title={code === null ? entering(kind) : line.button}
        path={back}
        eyebrow={<a href={back}>{code ?? 'Registers'}</a>}
        lead={code !== null && <p>{entry ? <Words text={entryName(entry as never)} /> : actForPeople(line.summary)}</p>}
      >
        <p class="note">{actForPeople(line.description)}</p>
        <Form {...{ of, shown, places, suggestions, action, back }} submit={line.button} />
      </PlainPage>
    );
  }
}

/** Words for entering something in a register: Register an agency. */
const entering = (kind: RegisterKind): string => {
  const [one] = REGISTER_KIND_WORDS[kind];
  return REGISTER_ACTS[kind].enter.button.replace('it', `${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}`);
};

const mayDo = ({ ownedBy }: ActLine, { role, agency }: Actor): boolean =>
  role === 'secretariat' || (ownedBy !== undefined && agency !== null);

export const registerFormPages = REGISTER_KINDS.flatMap((kind) =>
  actLinesOf(kind).map(([name, { path: below }]) =>
    formPages(RegisterForms, below === '' ? [`register/${kind}`, ''] : [PATHS[kind], `:code/${below}`], kind, name),
  ),
);

class EntryQuery {
  @IsOptional() @Matches(new RegExp(WHOLE_NUMBER)) done?: string;
  @IsOptional() @Matches(CODES_IN_ADDRESS) ended?: string;
}

@RendersPages()
@ForSignedIn()
@Controller('register')
export class RegisterPages {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly registered: Registers,
    private readonly views: Views,
  ) {}

  @Get()
  async all(@Req() { principal }: ApiRequest) {
    const position = await this.registered.position();
    const all = await Promise.all(
      REGISTER_KINDS.map(async (kind) => [kind, await this.registered.all(kind, position)] as const),
    );
    return (
      <PlainPage title="Registers" path="/register" eyebrow="Your desk">
        {all.map(([kind, entries]) => (
          <section key={kind}>
            <h2 id={kind}>
              {REGISTER_KIND_WORDS[kind][1]} <small>{count(entries.length)}</small>
            </h2>
            {principal && mayDo(actsOn(kind)['enter']!, principal) && (
              <p class="acts">
                <a class="button" href={`/register/${kind}`}>
                  {entering(kind)}
                </a>
              </p>
            )}
            <details>
              <summary>All of them</summary>
              <ul>
                {entries.map((entry) => (
                  <li key={entryCode(entry)}>
                    <a class="code" href={entryPath(kind, entryCode(entry))}>
                      {entryCode(entry)}
                    </a>{' '}
                    <span dir="auto">{textWords(entryName(entry as never))}</span>
                  </li>
                ))}
              </ul>
            </details>
          </section>
        ))}
      </PlainPage>
    );
  }

  @Get(':kind/:code')
  async one(@Param() { kind = '', code = '' }: PathParams, @Query() query: EntryQuery, @Req() request: ApiRequest) {
    if (!isKind(kind)) throw new Rejected('not_found', `There is no register ${kind}.`);
    const { state } = await load(this.log, registers[kind] as never, code);
    const { entry } = state as { entry: Entry | null };
    if (!entry) throw new Rejected('not_found', `There is no ${REGISTER_KIND_WORDS[kind][0]} ${code}.`);
    const events = await decodeAll(this.log, await this.log.store.read(`${kind}-${code}`));
    const view = await this.views.open(new PageQuery(), request);
    const by = request.principal;
    const lines = by ? actLinesOf(kind).filter(([, line]) => line.path !== '' && mayDo(line, by)) : [];
    const isDone = query.done !== undefined;
    const ended = await endedAgencies(this.registered, query.ended, view.position);
    return <EntryPage {...{ view, kind, code, entry, events, lines, isDone, ended }} />;
  }
}
