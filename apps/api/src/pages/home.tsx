/** The page where people who report begin: their returns, deadlines, and the commitments that need a word. */
import { Controller, Get, Req } from '@nestjs/common';
import { monthsAfter, todayAt, type FullDate } from '#clocks';
import { ACTS } from '#commitments';
import { DraftsStore } from '#drafts';
import { ForSignedIn, type ApiRequest, type Session } from '#platform';
import { OPEN_STAGES, Progress, WaitingTasks, type Filter, type Item, type Sort, type WaitingItems } from '#progress';
import { Registers } from '#registers';
import { draftsKnownTo, Returns, Rounds, roundsOf, RoundViews, type ReturnLine, type RoundOfAgency } from '#rounds';
import { isActing } from '#words';
import { StageTag } from './figures.js';
import { PlainPage } from './layout.js';
import { NameLink } from './links.js';
import { RendersPages } from './rendering.js';
import { AnswerState } from './round-timeline.js';
import { roundsPrepared } from './rounds-in-preparation.js';
import { READINGS_TO_REVIEW, SecretariatHome } from './secretariat-home.js';
import { daysWords, RETURN_STATE_WORDS } from './round-words.js';
import { path } from './view.js';
import { count, counted, dateWords, textWords } from './words.js';

/** The most of each kind that are shown here; the list has all. */
const MAX_COMMITMENTS_PER_KIND = 12;
/** The months within which a next step is shown as due. */
const AHEAD_MONTHS = 3;

interface ListedCommitments {
  readonly total: number;
  readonly items: readonly Item[];
}

@RendersPages()
@ForSignedIn()
@Controller('home')
export class HomePage {
  constructor(
    private readonly progress: Progress,
    private readonly waiting: WaitingTasks,
    private readonly rounds: RoundViews,
    private readonly inHand: Rounds,
    private readonly returns: Returns,
    private readonly drafts: DraftsStore,
    private readonly registers: Registers,
  ) {}

  @Get()
  async home(@Req() { session, principal }: ApiRequest) {
    if (!principal || !isActing(principal)) return <NoRole session={session!} />;
    const drafts = await draftsKnownTo(this.drafts, principal);
    if (principal.agency === null) {
      const unpublished = (await this.rounds.list()).filter(({ state }) => state !== 'published');
      const rounds = unpublished.toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open'));
      const [prepared, lines, readings] = await Promise.all([
        roundsPrepared(this.inHand),
        Promise.all(rounds.map(({ code }) => this.rounds.returns(code, { drafts }))),
        Promise.all(READINGS_TO_REVIEW.map((verification) => this.#read(verification))),
      ]);
      return <SecretariatHome {...{ session: session!, prepared, rounds, lines, readings }} />;
    }
    const { agency } = principal;
    if (!(await this.registers.one('agency', agency))) return <NotRegistered session={session!} agency={agency} />;
    const today = todayAt(new Date());
    const list = (filter: Filter, sort: Sort = 'reference'): Promise<ListedCommitments> =>
      this.progress.commitments({ asOf: today }, { agency, ...filter }, { limit: MAX_COMMITMENTS_PER_KIND, sort });
    const [rounds, waiting, next, overdue, stale] = await Promise.all([
      roundsOf(agency, { drafts }, this.rounds, this.returns),
      this.waiting.forAgency(agency),
      list(nextOf(today), 'nextStepDue'),
      list({ role: 'lead', overdue: true }),
      list({ role: 'lead', stale: true }),
    ]);
    return <AgencyHome {...{ session: session!, agency, rounds, waiting, next, overdue, stale }} />;
  }

  /** How many of all commitments have a reading. */
  async #read(verification: (typeof READINGS_TO_REVIEW)[number]): Promise<number> {
    const { total } = await this.progress.commitments({ asOf: todayAt(new Date()) }, { verification }, { limit: 1 });
    return total;
  }
}

/** The next steps of the commitments that an agency leads: within some months, or already past. */
const nextOf = (today: FullDate): Filter => ({
  role: 'lead',
  stage: OPEN_STAGES,
  nextBefore: monthsAfter(today, AHEAD_MONTHS),
});

/** The address of a list of commitments of an agency as they are today. */
function listPath(agency: string, filter: Filter & { readonly sort?: Sort }): string {
  const asked = Object.entries({ agency, ...filter, asOf: todayAt(new Date()) });
  return `/commitments?${new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))}`;
}

const NoRole = ({ session }: { session: Session }) => (
  <PlainPage title={session.name} path="/home" eyebrow="Your desk">
    <p>
      You act for nobody now, or for several. <a href="/account#roles">Your account</a> says for whom you may act, and
      lets you choose.
    </p>
  </PlainPage>
);

const NotRegistered = ({ session, agency }: { session: Session; agency: string }) => (
  <PlainPage title={session.name} path="/home" eyebrow="Your desk">
    <p>
      You act for {agency}, which is not among the agencies here yet: the secretariat registers it.{' '}
      <a href="/account">Your account</a>
    </p>
  </PlainPage>
);

/** The states in which an agency has something to do. */
const OWED_STATES: readonly ReturnLine['state'][] = ['awaited', 'draft', 'returned'];

interface AgencyParts {
  readonly session: Session;
  readonly agency: string;
  readonly rounds: readonly RoundOfAgency[];
  readonly waiting: WaitingItems;
  readonly next: ListedCommitments;
  readonly overdue: ListedCommitments;
  readonly stale: ListedCommitments;
}

const AgencyHome = ({ session, agency, rounds, waiting, next, overdue, stale }: AgencyParts) => {
  const owed = rounds.filter(({ state }) => OWED_STATES.includes(state));
  const { roles, leads, readings } = waiting;
  const role = (reference: string, act: string) => path('commitments', reference, 'agencies', agency, act);
  const nothing = roles.length + leads.length + readings.length + next.total + overdue.total + stale.total === 0;
  return (
    <PlainPage title={`The desk of ${agency}`} path="/home" eyebrow={session.name}>
      <section class="owed">
        <h2>Owed</h2>
        {owed.length === 0 ? (
          <p>No report is owed now.</p>
        ) : (
          <ul class="items">
            {owed.map((one) => (
              <li key={one.round}>
                <div>
                  <strong dir="auto">{one.title}</strong>
                  <small>
                    {RETURN_STATE_WORDS[one.state]};{' '}
                    {one.reopenedUntil
                      ? `reopened until ${dateWords(one.reopenedUntil)}`
                      : `due on ${dateWords(one.deadline)}`}
                    {one.daysLeft !== null && `, ${daysWords(one.daysLeft)}`}
                    {one.drafted && `; ${count(one.drafted.said)} of ${count(one.drafted.of)} answered`}
                    {one.unanswered > 0 && `; ${counted(one.unanswered, 'comment')} to read`}
                    {one.late && <span class="alert"> late</span>}
                  </small>
                </div>
                <a class="button" href={path('rounds', one.round, 'returns', agency)}>
                  {one.state === 'awaited' ? 'Begin' : 'Go on'}
                </a>
              </li>
            ))}
          </ul>
        )}
        {rounds.length > owed.length && (
          <details>
            <summary>Earlier rounds</summary>
            <ul>
              {rounds
                .filter((one) => !owed.includes(one))
                .map((one) => (
                  <li key={one.round}>
                    <a href={path('rounds', one.round, 'returns', agency)}>{one.title}</a>{' '}
                    <small>
                      <AnswerState line={one} />
                    </small>
                  </li>
                ))}
            </ul>
          </details>
        )}
      </section>
      <div class="acts">
        <a class="button" href="/record">
          Record a commitment
        </a>
        <a href={`/commitments?agency=${encodeURIComponent(agency)}`}>All commitments of {agency}</a>
      </div>
      {nothing && <p>No commitment needs a word of yours now.</p>}
      <Waits
        title="Asked to confirm a role"
        waiting={roles}
        acts={(reference) => [
          [role(reference, 'accept'), ACTS.acceptRole.button],
          [role(reference, 'decline'), ACTS.declineRole.button],
        ]}
      />
      <Waits
        title="The lead is offered to you"
        waiting={leads}
        acts={(reference) => [
          [`${path('commitments', reference)}/lead-transfer/accept`, ACTS.acceptLead.button],
          [`${path('commitments', reference)}/lead-transfer/decline`, ACTS.declineLead.button],
        ]}
      />
      <Waits
        title="Contested by the secretariat"
        waiting={readings}
        acts={(reference) => [[`${path('commitments', reference)}/reply`, ACTS.reply.button]]}
      />
      <NeedsWord
        title="Next steps due"
        listed={next}
        list={listPath(agency, { ...nextOf(todayAt(new Date())), sort: 'nextStepDue' })}
        second="next"
      />
      <NeedsWord
        title="Past their target"
        listed={overdue}
        list={listPath(agency, { role: 'lead', overdue: true })}
        second="target"
      />
      <NeedsWord
        title="Not heard of for a year or more"
        listed={stale}
        list={listPath(agency, { role: 'lead', stale: true })}
        second={null}
      />
    </PlainPage>
  );
};

interface WaitsParts {
  readonly title: string;
  readonly waiting: readonly Item[];
  readonly acts: (reference: string) => readonly (readonly [href: string, words: string])[];
}

const Waits = ({ title, waiting, acts }: WaitsParts) =>
  waiting.length === 0 ? null : (
    <section>
      <h2>
        {title} <small>{count(waiting.length)}</small>
      </h2>
      <ul class="items">
        {waiting.slice(0, MAX_COMMITMENTS_PER_KIND).map((one) => (
          <li key={one.reference}>
            <div>
              <Commitment {...one} />
            </div>
            <span class="acts">
              {acts(one.reference).map(([href, words]) => (
                <a key={href} href={href}>
                  {words}
                  <span class="hidden"> of {one.reference}</span>
                </a>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );

const Commitment = ({ reference, title }: { reference: string; title: string }) => (
  <>
    <NameLink to={path('commitments', reference)} name={title} /> <span class="code">{reference}</span>
  </>
);

const NeedsWord = ({
  title,
  listed: { total, items },
  list,
  second,
}: {
  title: string;
  listed: ListedCommitments;
  list: string;
  second: 'target' | 'next' | null;
}) =>
  total === 0 ? null : (
    <section>
      <h2>
        {title} <small>{count(total)}</small>
      </h2>
      <ul class="items">
        {items.map((item) => (
          <li key={item.reference}>
            <div>
              <Commitment {...item} />
              <small>
                <StageTag stage={item.stage} /> · last heard of {dateWords(item.lastReportedOn, 'short')}
                {item.target && ` · target ${dateWords(item.target, 'short')}`}
                {item.nextStepDue && ` · next step due ${dateWords(item.nextStepDue, 'short')}: `}
                {item.nextStepDue && item.nextStep && <span dir="auto">{textWords(item.nextStep)}</span>}
              </small>
            </div>
            <span class="acts">
              <a href={`${path('commitments', item.reference)}/stage`}>
                {ACTS.reportStage.button}
                <span class="hidden">: {item.reference}</span>
              </a>
              <a href={`${path('commitments', item.reference)}/${second === 'target' ? 'target' : 'confirm'}`}>
                {second === 'target' ? ACTS.setTarget.button : ACTS.confirm.button}
                <span class="hidden">: {item.reference}</span>
              </a>
            </span>
          </li>
        ))}
      </ul>
      {total > items.length && (
        <p>
          <a href={list}>All {count(total)}</a>
        </p>
      )}
    </section>
  );
