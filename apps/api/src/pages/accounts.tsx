/** The pages of accounts, for the secretariat and for focal points: who may act for whom, now and on any day. */
import { Body, Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { AccessStore, minds, refuseMinding, shownTo, type AccountRow } from '#access';
import { todayAt, type FullDate } from '#clocks';
import { Rejected, type Log } from '#eventsourcing';
import { LetterNotSent, Mailer } from '#mail';
import {
  APPOINTING_ROLES,
  Code,
  commandContextOf,
  ForSignedIn,
  LOG,
  OnDate,
  PostsForm,
  refuseUnlessProven,
  Rights,
  SeeOther,
  Text,
  YesNo,
  type ApiRequest,
  type Principal,
  type Session,
} from '#platform';
import { Registers } from '#registers';
import { SignIn } from '#sign-in';
import { AccountsController, Appoint, knownAccount, OpenAccount, type WhoCould } from '../accounts.controller.js';
import { PlainPage, Section } from './layout.js';
import { NameLink } from './links.js';
import { RendersPages } from './rendering.js';
import { appointmentWords, RolePeriod, presentOf } from './roles.js';
import { PostForm } from './signed-in.js';
import { path } from './view.js';
import { counted, dateWords } from './words.js';
import { accountName, OneAccount, RoleFields, type Agency } from './one-account.js';

const KEEPER_RIGHTS = { scope: 'admin', roles: APPOINTING_ROLES, only: 'for the own agency' } as const;

/** A request of somebody who keeps accounts, whom the guard has let through. */
type KeeperRequest = ApiRequest & { readonly session: Session; readonly principal: Principal };

class OnDay {
  @OnDate({ optional: true }) readonly at?: FullDate;
}
class OneAppointment {
  @Code() readonly appointment: string;
}
class OneToken {
  @Text({ max: 100, free: false }) readonly id: string;
}
class Erasure {
  @YesNo() readonly sure: boolean;
}

@RendersPages()
@ForSignedIn()
@Controller('accounts')
export class AccountsPages {
  readonly #api: AccountsController;

  constructor(
    private readonly access: AccessStore,
    private readonly signIn: SignIn,
    private readonly registers: Registers,
    mailer: Mailer,
    @Inject(LOG) log: Log,
  ) {
    this.#api = new AccountsController(access, mailer, log);
  }

  @Get()
  @Rights(KEEPER_RIGHTS)
  async all(@Query() { at }: OnDay, @Req() { principal }: KeeperRequest) {
    const { items } = await this.#api.listAccounts({}, principal);
    const day = at ?? todayAt(new Date());
    const { items: could } = await this.#api.listAppointments({ at: day }, principal);
    return <Accounts {...{ accounts: items, could, day, principal }} agencies={await this.#agencies(principal)} />;
  }

  @PostsForm()
  @Rights(KEEPER_RIGHTS)
  async opens(@Body() body: OpenAccount, @Req() request: KeeperRequest) {
    refuseUnlessProven(request.session);
    const { account } = await this.#api.openAccount(body, commandContextOf(request));
    try {
      await this.signIn.links.invite(account);
    } catch (error) {
      if (!(error instanceof LetterNotSent)) throw error;
      return <NotInvited name={body.name} account={account} />;
    }
    return new SeeOther(path('accounts', account));
  }

  @Get(':account')
  @Rights(KEEPER_RIGHTS)
  async one(@Param('account') account: string, @Req() { principal }: KeeperRequest) {
    const known = await knownAccount(this.access, account, principal);
    const [sessions, tokens] = minds(principal, known)
      ? await Promise.all([this.signIn.sessions.of(account), this.access.tokens(account)])
      : [null, null];
    const shown = shownTo(principal, known);
    return (
      <OneAccount {...{ account: shown, principal, sessions, tokens }} agencies={await this.#agencies(principal)} />
    );
  }

  @PostsForm(':account/appoint')
  @Rights(KEEPER_RIGHTS)
  async appoints(@Param('account') account: string, @Body() body: Appoint, @Req() request: KeeperRequest) {
    refuseUnlessProven(request.session);
    await this.#api.appointAccount(account, body, commandContextOf(request));
    return new SeeOther(path('accounts', account));
  }

  @PostsForm(':account/relieve')
  @Rights(KEEPER_RIGHTS)
  async relieves(
    @Param('account') account: string,
    @Body() { appointment }: OneAppointment,
    @Req() request: KeeperRequest,
  ) {
    await this.#api.relieveAccount(account, appointment, {}, commandContextOf(request));
    return new SeeOther(path('accounts', account));
  }

  @PostsForm(':account/sign-out')
  @Rights(KEEPER_RIGHTS)
  async signsOut(@Param('account') account: string, @Req() { principal }: KeeperRequest) {
    refuseMinding(principal, await knownAccount(this.access, account, principal));
    await this.signIn.sessions.endAll(account);
    return new SeeOther(path('accounts', account));
  }

  @PostsForm(':account/tokens/revoke')
  @Rights(KEEPER_RIGHTS)
  async revokes(@Param('account') account: string, @Body() { id }: OneToken, @Req() { principal }: KeeperRequest) {
    refuseMinding(principal, await knownAccount(this.access, account, principal));
    if (!(await this.access.tokens(account)).some((one) => one.id === id))
      throw new Rejected('not_found', 'The account has no such token.');
    await this.access.revoke(id);
    return new SeeOther(path('accounts', account));
  }

  @PostsForm(':account/erase')
  @Rights({ scope: 'admin', roles: ['secretariat'] })
  async erases(@Param('account') account: string, @Body() { sure }: Erasure, @Req() request: KeeperRequest) {
    if (sure) await this.#api.eraseAccount(account, commandContextOf(request));
    return new SeeOther(path('accounts', account));
  }

  /** The agencies for which the reader may appoint somebody. */
  async #agencies({ agency }: Principal): Promise<readonly Agency[]> {
    const all = await this.registers.all('agency');
    return agency === null ? all : all.filter(({ code }) => code === agency);
  }
}

interface AllParts {
  readonly accounts: readonly AccountRow[];
  readonly could: readonly WhoCould[];
  readonly day: FullDate;
  readonly principal: Principal;
  readonly agencies: readonly Agency[];
}

/** People by their names, before programs and those who were erased. */
const order = ({ name, kind, account }: AccountRow): string =>
  [kind === 'person' && name ? 0 : 1, name, account].join(' ');

const Accounts = ({ accounts, could, day, principal, agencies }: AllParts) => {
  const ordered = [...accounts].sort((a, b) => order(a).localeCompare(order(b)));
  const now = ordered.filter((one) => presentOf(one).length > 0);
  const past = ordered.filter((one) => presentOf(one).length === 0);
  const of = principal.agency === null ? '' : ` of ${principal.agency}`;
  return (
    <PlainPage
      title={`Accounts${of}`}
      path="/accounts"
      lead={<p>Who may act{of && ` for ${principal.agency}`}, and who could on any day.</p>}
    >
      <Section title={`${counted(now.length, 'account')} with a role now`}>
        <AccountList accounts={now} />
        {past.length > 0 && (
          <details>
            <summary>{counted(past.length, 'account')} without a role now</summary>
            <AccountList accounts={past} />
          </details>
        )}
      </Section>
      <section id="invite">
        <h2>Invite somebody</h2>
        <PostForm class="entry" action="/accounts" hidden={{ kind: 'person' }}>
          <label>
            Name
            <input name="name" maxLength={200} required />
          </label>
          <label>
            E-mail address, to which sign-in links are sent
            <input type="email" name="email" maxLength={254} required />
          </label>
          <RoleFields within="appointment." principal={principal} agencies={agencies} />
          <button type="submit">Invite</button>
        </PostForm>
      </section>
      <section id="on-a-day">
        <h2>Roles on a day</h2>
        <form class="entry inline" method="get" action="/accounts#on-a-day">
          <label>
            Day
            <input type="date" name="at" value={day} required />
          </label>
          <button type="submit">Show</button>
        </form>
        {could.length === 0 && <p>Nobody could act on {dateWords(day)}.</p>}
        <ul class="items">
          {could.map((one) => (
            <li key={one.id}>
              <div>
                <strong>{appointmentWords(one)}</strong>
                <small>
                  <NameLink to={path('accounts', one.account)} name={one.name || one.account} />,{' '}
                  <RolePeriod {...one} />
                </small>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </PlainPage>
  );
};

const AccountList = ({ accounts }: { accounts: readonly AccountRow[] }) => (
  <ul class="items">
    {accounts.map((one) => (
      <li key={one.account}>
        <div>
          <strong>
            <NameLink to={path('accounts', one.account)} name={accountName(one)} />
          </strong>
          <small>
            {[...new Set([one.kind === 'machine' && 'a program', one.email, ...presentOf(one).map(appointmentWords)])]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </div>
      </li>
    ))}
  </ul>
);

const NotInvited = ({ name, account }: { name: string; account: string }) => (
  <PlainPage
    title="The account is there, the letter is not"
    path="/accounts"
    lead={<p>The mail server did not take the invitation. Tell {name} in another way to sign in here.</p>}
  >
    <p>
      <a href={path('accounts', account)}>To the account</a>
    </p>
  </PlainPage>
);
