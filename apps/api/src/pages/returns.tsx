/** The page of a return: its form for those who write it, a review for the secretariat, and its words for all. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import { classOf, type ReturnDraft, type SubmitReturn } from '#bodies';
import { Projector, Rejected, WrongRevision } from '#eventsourcing';
import {
  bodyOfForm,
  PostsForm,
  SeeOther,
  validated,
  type ApiRequest,
  type CommandContext,
  QueryChoice,
  type FieldValues,
} from '#platform';
import {
  isSameDraft,
  joinedDrafts,
  RETURN_ACTS,
  RETURN_SIZE_IN_BODIES,
  Returns,
  type ReturnInRound,
  type ReturnPath,
} from '#rounds';
import { REVISION, fieldId, SHOW_TIMEOUT_MS } from './form-parts.js';
import { formContext, FormSent, type FormRequest } from './form-sent.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { chosenIn, ROW_CHOICES, PARTICIPATIONS } from './return-choice.js';
import { draftIn } from './return-content.js';
import { unsaidOf } from './return-form.js';
import { isAtWork, ReturnShown, type ShownPart, type UnsavedDraft } from './return-shown.js';
import { CsrfField } from './signed-in.js';
import { triedIn, type TriedForm } from './tried.js';
import { path } from './view.js';
import { instantWords } from './words.js';

class ReturnQuery {
  /** The findings about the draft are shown. */
  @IsOptional() @Matches(/^yes$/) check?: string;
  /** A return that was submitted is changed; or the secretariat writes it for the agency. */
  @IsOptional() @Matches(/^yes$/) edit?: string;
  /** An empty act that is shown: `IOM-2011-12 reachMilestone 2`; or `new`. */
  @IsOptional() @Matches(/^[\w./-]{1,120}( \w{1,30}){0,2}$/) add?: string;
  /** The path of the list in which there is to be room for more. */
  @IsOptional() @Matches(/^[\w.]{1,120}$/) more?: string;
  /** The commitments that are shown. */
  @QueryChoice(ROW_CHOICES) only?: string;
  @IsOptional() @Matches(/^[\w./-]{1,120}$/) theme?: string;
  @QueryChoice(PARTICIPATIONS) part?: string;
  /** All that can be said of each is shown. */
  @IsOptional() @Matches(/^yes$/) unfold?: string;
  /** A choice as the buttons above the commitments send it. */
  @IsOptional() @Matches(/^(show \w{1,20}|fold|unfold)$/) _do?: string;
  @QueryChoice(['', ...ROW_CHOICES]) _only?: string;
  @IsOptional() @Matches(/^[\w./-]{0,120}$/) _theme?: string;
  @QueryChoice(['', ...PARTICIPATIONS]) _part?: string;
  @IsOptional() @Matches(/^yes$/) _unfold?: string;
}

/** Acts on a return that its page has a button for. */
const RETURN_BUTTONS = ['accept', 'return', 'comment', 'nil'] as const;
type Button = (typeof RETURN_BUTTONS)[number];

@RendersPages()
@Controller('rounds/:round/returns/:agency')
export class ReturnPages {
  constructor(
    private readonly returns: Returns,
    private readonly shown: ReturnShown,
    private readonly projector: Projector,
  ) {}

  @Get()
  async shows(@Param() { round, agency }: ReturnPath, @Query() query: ReturnQuery, @Req() request: ApiRequest) {
    if (query._do !== undefined) return returnAddress(path('rounds', round, 'returns', agency), choiceIn({ ...query }));
    return this.#page(await this.returns.inRound(round, agency), agency, query, request);
  }

  /** The form, to those who write it now; to all others the words of the return. */
  #page(known: ReturnInRound, agency: string, query: ReturnQuery, request: ApiRequest, tried: TriedForm | null = null) {
    const works = isAtWork(request, agency);
    const isOwn = works && request.principal!.role !== 'secretariat';
    const open = works && this.returns.isWritable(known, agency);
    const writes = open && (query.edit === 'yes' || (isOwn && ['none', 'returned'].includes(known.state.state)));
    if (!writes) return this.shown.read(known, agency, request, open, shownBy(query), tried);
    return this.shown.form(known, agency, request, { ...shownBy(query), ...(tried && { tried }) });
  }

  /** Saves the draft; then does the act of the pressed button. */
  @PostsForm('', 'signed-in', { bodies: RETURN_SIZE_IN_BODIES })
  async saves(@Param() { round, agency }: ReturnPath, @FormSent() form: FormRequest) {
    const known = await this.returns.inRound(round, agency);
    const { request, reply, more, filled: others, revision = 0 } = form;
    const { _do: does = 'save', _add: added, _only, _theme, _part, _unfold, ...filled } = others;
    const [verb, of, reference] = String(does).split(' ');
    const context = formContext(form, [does, revision, filled]);
    const base = await this.returns.draftAt(known, agency, revision);
    let draft = draftIn(filled, base);
    if (verb === 'rest') draft = await this.#restUnchanged(known, agency, draft, filled);
    const outcome = await this.#save(known, agency, draft, base, revision, context);
    const isFor = request.principal!.role === 'secretariat' || known.state.state === 'submitted';
    const query: ReturnQuery = {
      ...(isFor && { edit: 'yes' }),
      ...choiceIn({ _do: does, _only, _theme, _part, _unfold }),
    };
    if ('clashes' in outcome || 'faults' in outcome) {
      void reply.status('faults' in outcome ? 400 : 412);
      return this.shown.form(known, agency, request, { ...shownBy(query), ...outcome });
    }
    const here = path('rounds', round, 'returns', agency);
    const to = (more: ReturnQuery, at = '') => returnAddress(here, { ...query, ...more }, at);
    if (more !== undefined) return to({ more }, `#${fieldId(more.split('.'))}`);
    // All of it is checked, whichever part is shown.
    const checked = () => to({ check: 'yes', only: undefined, theme: undefined, part: undefined });
    if (verb === 'check') return checked();
    if (isChoice(does)) return to({}, '#commitments');
    if (verb === 'new') return to({ add: 'new' }, '#new');
    if (verb === 'add') {
      const act = (added as FieldValues | undefined)?.[`r${of}`];
      return to(act === undefined ? {} : { add: `${reference} ${String(act)}` }, `#in-commitments-${of}`);
    }
    if (verb === 'note') return this.#noted(known, agency, outcome.revision);
    if (verb !== 'submit') return to({});
    try {
      const said = this.#saidFor(agency, filled, request);
      const position = await this.returns.submit(round, agency, said, { ...context, expected: undefined });
      await this.projector.reached(position, SHOW_TIMEOUT_MS);
      return new SeeOther(`${here}#submitted`);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      if (error.code === 'return_unfinished') return checked();
      if (!error.errors[0]?.pointer.startsWith('/onBehalf')) {
        const tried = triedIn(error, here, {}, reply);
        return this.#page(await this.returns.inRound(round, agency), agency, { edit: 'yes' }, request, tried);
      }
      void reply.status(422);
      return this.shown.form(known, agency, request, { draft, revision: outcome.revision, faults: error.errors });
    }
  }

  @PostsForm(':act')
  async acts(@Param() { round, agency, act }: ReturnPath & { act: string }, @FormSent() form: FormRequest) {
    const name = RETURN_BUTTONS.find((one) => RETURN_ACTS[one].path === act);
    if (!name) throw new Rejected('not_found', `There is no act ${act} on a return.`);
    const { request, reply } = form;
    const { _do, _only, _theme, _part, _unfold, ...filled } = form.filled;
    const said = withComments(name, filled);
    const here = path('rounds', round, 'returns', agency);
    const query = choiceIn({ _do, _only, _theme, _part, _unfold });
    // The comments that were written stay in their fields.
    if (isChoice(_do)) {
      const kept = { action: `${here}/${act}`, filled: said, faults: [], refused: null };
      return this.#page(await this.returns.inRound(round, agency), agency, query, request, kept);
    }
    try {
      const of = classOf(RETURN_ACTS[name].body) as new () => object;
      const body = validated(of, bodyOfForm(of, said));
      const context = formContext(form, [act, filled]);
      const position = await this.returns.act(name, round, agency, body, context);
      await this.projector.reached(position, SHOW_TIMEOUT_MS);
      return new SeeOther(here);
    } catch (error) {
      const tried = triedIn(error, `${here}/${act}`, said, reply);
      const edits = name === 'nil' && request.principal!.role === 'secretariat';
      const known = await this.returns.inRound(round, agency);
      return this.#page(known, agency, edits ? { edit: 'yes' } : query, request, tried);
    }
  }

  /** As much of the page as tells a script that saves as one goes where the draft stands. */
  async #noted(known: ReturnInRound, agency: string, revision: number) {
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

  /** The authority that the secretariat names; an agency needs none. @throws Rejected `invalid` */
  #saidFor(agency: string, { onBehalf }: FieldValues, { principal }: ApiRequest): SubmitReturn {
    if (principal!.role !== 'secretariat' || onBehalf === undefined) return {};
    const of = classOf('SubmitReturn');
    return validated(of, bodyOfForm(of, { onBehalf: { ...(onBehalf as FieldValues), agency } }));
  }

  /** The draft in which the shown commitments without an answer are unchanged. */
  async #restUnchanged(
    known: ReturnInRound,
    agency: string,
    draft: ReturnDraft,
    filled: FieldValues,
  ): Promise<ReturnDraft> {
    const rows = Array.isArray(filled['commitments']) ? (filled['commitments'] as FieldValues[]) : [];
    const shown = new Set(rows.map(({ reference }) => reference));
    const recorded = await this.returns.recordedBy(known.round.round!.code, agency);
    const rest = unsaidOf({ draft, recorded, register: await this.returns.register(known, agency) });
    const unchanged = rest
      .filter(({ reference }) => shown.has(reference))
      .map(({ reference }) => ({ reference, says: 'no_change' as const }));
    return { ...draft, commitments: [...draft.commitments, ...unchanged] };
  }

  /** Saves a draft; where somebody was faster, both are joined, unless they wrote the same part. */
  async #save(
    known: ReturnInRound,
    agency: string,
    draft: ReturnDraft,
    base: ReturnDraft,
    revision: number,
    context: CommandContext,
  ): Promise<Saved | UnsavedDraft> {
    const code = known.round.round!.code;
    let content: ReturnDraft;
    try {
      content = validated(classOf('ReturnDraft'), draft);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return { draft, revision, faults: error.errors };
    }
    const says = revision === 0 || !isSameDraft(content, base);
    if (!says && (await this.returns.present(known, agency)).revision === revision) return { revision };
    try {
      return { revision: await this.returns.save(code, agency, content, { ...context, expected: revision }) };
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error;
      const theirs = await this.returns.draftAt(known, agency, error.actual);
      const both = joinedDrafts(base, content, theirs);
      if (both.clashes.length > 0) return { ...both, revision: error.actual };
      return this.#save(known, agency, both.draft, theirs, error.actual, context);
    }
  }
}

const isChoice = (does: unknown): boolean => /^(show |fold$|unfold$)/.test(String(does));

/** The choice of the buttons above the commitments; the rest stays as it was chosen before. */
function choiceIn({ _do: does, _only: only, _theme: theme, _part: part, _unfold: unfold }: FieldValues): ReturnQuery {
  const [verb, of] = String(does ?? '').split(' ');
  return {
    ...chosenIn({ only: verb === 'show' ? of : only, theme, part }),
    ...((verb === 'unfold' || (unfold === 'yes' && verb !== 'fold')) && { unfold: 'yes' }),
  };
}

function returnAddress(page: string, query: ReturnQuery, at = '#commitments'): SeeOther {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  return new SeeOther(`${page}${asked.length > 0 ? `?${new URLSearchParams(asked)}` : ''}${at}`);
}

const shownBy = ({ check, add, more, unfold, ...query }: ReturnQuery): ShownPart => ({
  ...{ check: check === 'yes', add, more, unfold: unfold === 'yes', chosen: chosenIn({ ...query }) },
});

interface Saved {
  readonly revision: number;
}

/** The comments of a form, without the fields that were left empty. */
function withComments(name: Button, filled: FieldValues): FieldValues {
  if (name !== 'return') return filled;
  const comments = (Array.isArray(filled['comments']) ? (filled['comments'] as FieldValues[]) : [])
    .filter(({ text }) => text)
    .map(({ at, ...rest }) => (at ? { at, ...rest } : rest));
  return { ...filled, comments };
}
