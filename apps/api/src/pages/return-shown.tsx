/** A return as its page shows it: its form to those who write it, and to all others its words, with its review. */
import { Inject, Injectable } from '@nestjs/common';
import type { ComponentChildren } from 'preact';
import { AccessStore } from '#access';
import { classOf, type ReturnDraft } from '#bodies';
import { daysBetween, todayAt } from '#clocks';
import { newCommandId, type FieldError } from '#eventsourcing';
import { metaOf, type ApiRequest } from '#platform';
import {
  contentOf,
  deadlineFor,
  findingsIn,
  reopenedUntil,
  Returns,
  worksFor,
  type Clash,
  type CommitmentInQuestion,
  type ReturnFinding,
  type ReturnInRound,
} from '#rounds';
import { ACTS_OF_RETURNS, type ActOfReturn } from '#words';
import { Suggestions } from '#progress';
import { PlainPage } from './layout.js';
import { NarrativeWords } from './narrative.js';
import type { ChosenRows } from './return-choice.js';
import { Threads, threadsOf } from './return-comments.js';
import { ReturnForm } from './return-form.js';
import type { AddedAct } from './return-parts.js';
import { OneButton } from './return-read.js';
import { Review } from './return-review.js';
import { SentBack } from './return-state.js';
import { daysWords } from './round-words.js';
import { WithTried, type TriedForm } from './tried.js';
import { PageQuery, path, Views, type View } from './view.js';
import { dateWords, instantWords } from './words.js';

/** A draft that could not be saved as it is. */
export type UnsavedDraft = { readonly draft: ReturnDraft; readonly revision: number } & (
  | { readonly clashes: readonly Clash[]; readonly faults?: never }
  | { readonly faults: readonly FieldError[]; readonly clashes?: never }
);
/** The part of the form that is asked for. */
export interface ShownPart {
  readonly chosen?: ChosenRows;
  readonly unfold?: boolean;
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
export const isAtWork = ({ session, principal }: ApiRequest, agency: string): boolean =>
  session !== undefined && principal !== undefined && worksFor(principal, agency);

@Injectable()
export class ReturnShown {
  constructor(
    private readonly returns: Returns,
    private readonly views: Views,
    private readonly suggestions: Suggestions,
    @Inject(AccessStore) private readonly access: AccessStore,
  ) {}

  /** The form, for those who write it. */
  async form(
    known: ReturnInRound,
    agency: string,
    request: ApiRequest,
    shown: ShownPart & Partial<UnsavedDraft> & { readonly tried?: TriedForm },
  ) {
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
    const present = await this.returns.present(known, agency);
    const { saved } = present;
    const draft = shown.draft ?? present.content;
    const revision = shown.revision ?? present.revision;
    const found: readonly ReturnFinding[] = shown.check
      ? (await this.returns.prepared(code, agency, known, draft, {}, metaOf(by))).found
      : [];
    const asked = shown.add?.split(' ') ?? [];
    const added: AddedAct | null = (ACTS_OF_RETURNS as readonly string[]).includes(asked[1] ?? '')
      ? {
          reference: asked[0]!,
          act: asked[1] as ActOfReturn,
          ...(asked[2] !== undefined && { milestone: Number(asked[2]) }),
        }
      : null;
    const names = await Promise.all(others.map((account) => this.access.accounts.one(account)));
    return (
      <ReturnPage view={view} known={known} agency={agency} tried={shown.tried}>
        <SentBack known={known} />
        <RoundInShort known={known} />
        {names.length > 0 && (
          <p class="callout">Also open by {names.map((one) => one?.name ?? 'somebody of your agency').join(', ')}.</p>
        )}
        {known.state.comments.length > 0 && (
          <section id="comments">
            <h2>Comments</h2>
            <Threads
              threads={threads}
              named
              answering={{ action: `${path('rounds', code, 'returns', agency)}/comments`, agency: by.agency }}
            />
          </section>
        )}
        {known.state.state === 'none' && (
          <details class="nil-return" open={shown.tried?.action.endsWith('/nil') || undefined}>
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
          chosen={shown.chosen ?? {}}
          unfold={shown.unfold ?? false}
          odd={oddIn(draft, known, register, recorded)}
        />
      </ReturnPage>
    );
  }

  /** The content of the return. @param open whether this reader can write it */
  async read(
    known: ReturnInRound,
    agency: string,
    request: ApiRequest,
    open: boolean,
    { chosen = {}, unfold = false }: ShownPart,
    tried: TriedForm | null = null,
  ) {
    const round = known.round.round!;
    const by = request.session ? request.principal : undefined;
    const works = isAtWork(request, agency);
    const [view, register, last] = await Promise.all([
      this.views.open(new PageQuery(), request),
      this.returns.register(known, agency),
      this.returns.lastOf(round.previous, agency),
    ]);
    const submitted = known.state.submissions.findLast(({ outcome }) => outcome !== 'taken_back');
    const content = submitted ? contentOf(submitted.said) : null;
    const recorded = await this.returns.recorded(round.code, agency);
    const newly = new Set(recorded.map(({ reference }) => reference));
    return (
      <ReturnPage view={view} known={known} agency={agency} tried={tried}>
        <Review
          {...{ view, known, agency, register, open, chosen, unfold, content }}
          odd={works && content ? oddIn(content, known, register, newly) : new Set()}
          by={by ?? null}
          works={works}
          hasDraft={works && (await this.returns.draft(round.code, agency)) !== null}
          recorded={recorded}
          before={last ? contentOf(last.said) : null}
        />
      </ReturnPage>
    );
  }
}

/** The commitments of which a return says something that looks odd. */
function oddIn(
  content: ReturnDraft,
  { round }: ReturnInRound,
  register: readonly CommitmentInQuestion[],
  recorded: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = [...findingsIn(content, round.round!, register, todayAt(new Date()), recorded)];
  return new Set(
    found.flatMap(({ level, pointer }) => {
      const at = level === 'odd' ? /^\/commitments\/(\d+)/.exec(pointer)?.[1] : undefined;
      return at === undefined ? [] : content.commitments[Number(at)]!.reference;
    }),
  );
}

const RoundInShort = ({ known: { round } }: { known: ReturnInRound }) => {
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
          <div class="narrative" dir="auto">
            <NarrativeWords text={guidance} />
          </div>
        </details>
      )}
    </>
  );
};

interface ReturnPageParts {
  readonly view: View;
  readonly known: ReturnInRound;
  readonly agency: string;
  /** The input that was sent from it and refused. */
  readonly tried?: TriedForm | null | undefined;
  readonly children: ComponentChildren;
}

/** The place of a fault in a word on the return. */
const placeOfTried = (pointer: string): string | null =>
  pointer === '/comments' ? 'comment-field-10000' : pointer.startsWith('/onBehalf') ? 'authority-document' : null;

const ReturnPage = ({ view, known: { round }, agency, tried, children }: ReturnPageParts) => {
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
      <WithTried tried={tried ?? null} links={placeOfTried}>
        {children}
      </WithTried>
    </PlainPage>
  );
};
