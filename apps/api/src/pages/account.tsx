/** The pages of one's own account: roles, sessions, passkeys and tokens. */
import { Body, Controller, Get, Req } from '@nestjs/common';
import { AccessStore, type AccountRow, type TokenRow } from '#access';
import { Rejected } from '#eventsourcing';
import {
  Code,
  ForSignedIn,
  OneOf,
  PostsForm,
  refuseUnlessProven,
  SeeOther,
  SomeOf,
  Text,
  YesNo,
  type ApiRequest,
  type Session,
} from '#platform';
import { SignIn, type PasskeyRow, type SessionRow, type Way } from '#sign-in';
import { Followed, Following, type Follow } from '#letters';
import { REPORT_LANGUAGES, SCOPES, type ReportLanguage, type Scope } from '#words';
import { DAY_MS } from '#clocks';
import { PlainPage } from './layout.js';
import { PasskeyForm } from './passkey-form.js';
import { RendersPages } from './rendering.js';
import { REPORT_LANGUAGE_WORDS } from './report-form.js';
import { appointmentWords, Instant, isGood, presentOf, Roles, SCOPE_WORDS, scopesFor, Tokens } from './roles.js';
import { SignOutForm } from './sign-in.js';
import { CsrfField } from './signed-in.js';

/** For how long a new token may be good, in days. */
const DAYS = ['30', '90', '365'] as const;
/** For how long a token works on beside the one that replaces it. */
const OVERLAP_DAYS = 7;

class Chosen {
  @Text({ max: 300, free: false }) readonly id: string;
}
class ActingFor {
  @Code() readonly actingFor: string;
}
class TokenAsked {
  @Text({ max: 100 }) readonly label: string;
  @SomeOf(SCOPES, { min: 1 }) readonly scopes: Scope[];
  @OneOf(DAYS) readonly days: (typeof DAYS)[number];
}
class LettersIn {
  @OneOf(REPORT_LANGUAGES) readonly language: ReportLanguage;
}
class NewPasskey {
  @Text({ max: 100, free: false }) readonly attempt: string;
  @Text({ max: 20_000, free: false }) readonly answer: string;
  @Text({ max: 100 }) readonly label: string;
  /** All other sessions end. */
  @YesNo({ optional: true }) readonly alone?: boolean;
}

/** A request that the guard has let through to somebody's own pages. */
type OwnRequest = ApiRequest & { readonly session: Session };

@RendersPages()
@ForSignedIn()
@Controller('account')
export class AccountPages {
  constructor(
    private readonly access: AccessStore,
    private readonly signIn: SignIn,
    private readonly following: Following,
    private readonly followed: Followed,
  ) {}

  @Get()
  async own(@Req() { session }: OwnRequest) {
    const [account, sessions, passkeys, tokens, follows] = await Promise.all([
      this.#account(session),
      this.signIn.sessions.of(session.account),
      this.signIn.passkeys.of(session.account),
      this.access.tokens(session.account),
      this.#follows(session),
    ]);
    const { canBeUsed } = this.signIn.passkeys;
    return <OwnAccount {...{ account, session, sessions, passkeys, tokens, follows, canBeUsed }} />;
  }

  @PostsForm('language')
  async writesIn(@Body() { language }: LettersIn, @Req() { session }: OwnRequest) {
    await this.access.accounts.writeIn(session.account, language);
    return new SeeOther('/account#letters');
  }

  @PostsForm('follows/end')
  async endsFollow(@Body() { id }: Chosen, @Req() { session }: OwnRequest) {
    await this.following.end(session.account, id);
    return new SeeOther('/account#letters');
  }

  @PostsForm('acting-for')
  async acts(@Body() { actingFor }: ActingFor, @Req() { session }: OwnRequest) {
    await this.signIn.sessions.actFor(session, actingFor);
    return new SeeOther('/account');
  }

  @PostsForm('sessions/end')
  async endsSession(@Body() { id }: Chosen, @Req() { session }: OwnRequest) {
    await this.signIn.sessions.end(session.account, id);
    return new SeeOther('/account#sessions');
  }

  @PostsForm('sessions/end-others')
  async endsOthers(@Req() { session }: OwnRequest) {
    await this.signIn.sessions.endAll(session.account, session.id);
    return new SeeOther('/account#sessions');
  }

  @PostsForm('passkeys/begin')
  async beginsPasskey(@Req() { session }: OwnRequest) {
    refuseUnlessProven(session);
    const { options, attempt } = await this.signIn.passkeys.beginAdding(session);
    return <AddPasskey options={options} attempt={attempt} />;
  }

  @PostsForm('passkeys')
  async addsPasskey(@Body() { attempt, answer, label, alone }: NewPasskey, @Req() { session }: OwnRequest) {
    refuseUnlessProven(session);
    await this.signIn.passkeys.add(session, attempt, answer, label);
    if (alone) await this.signIn.sessions.endAll(session.account, session.id);
    return new SeeOther('/account#passkeys');
  }

  @PostsForm('passkeys/remove')
  async removesPasskey(@Body() { id }: Chosen, @Req() { session }: OwnRequest) {
    refuseUnlessProven(session);
    await this.signIn.passkeys.remove(session.account, id);
    // Whoever had the device may be signed in by it.
    await this.signIn.sessions.endAll(session.account, session.id);
    return new SeeOther('/account#passkeys');
  }

  @PostsForm('tokens')
  async makesToken(@Body() { label, scopes, days }: TokenAsked, @Req() { session }: OwnRequest) {
    if (scopes.includes('admin')) refuseUnlessProven(session);
    const allowed = scopesFor(presentOf(await this.#account(session)));
    const beyond = scopes.find((scope) => !allowed.includes(scope));
    if (beyond)
      throw new Rejected(
        'forbidden',
        `An account without a role of the secretariat gives no token for: ${SCOPE_WORDS[beyond]}.`,
      );
    const expires = new Date(Date.now() + Number(days) * DAY_MS);
    const { account } = session;
    const { token } = await this.access.give({ account, label, scopes, expires, by: account });
    return <TokenOnce label={label} token={token} />;
  }

  @PostsForm('tokens/revoke')
  async revokesToken(@Body() { id }: Chosen, @Req() { session }: OwnRequest) {
    await this.access.revoke((await this.#token(session, id)).id);
    return new SeeOther('/account#tokens');
  }

  @PostsForm('tokens/rotate')
  async replacesToken(@Body() { id }: Chosen, @Req() { session }: OwnRequest) {
    const { label, scopes } = await this.#token(session, id);
    if (scopes.includes('admin')) refuseUnlessProven(session);
    const made = await this.access.rotate(id, { overlapMs: OVERLAP_DAYS * DAY_MS, by: session.account });
    if (!made) throw new Rejected('conflict', 'This token can be used no more, and so it cannot be replaced.');
    return <TokenOnce label={label} token={made.token} replaces />;
  }

  async #follows({ account }: Session): Promise<NamedFollow[]> {
    const all = await this.following.of(account);
    return Promise.all(
      all.map(async (one) => ({ ...one, name: await this.followed.nameOf(one), page: this.followed.pathOf(one) })),
    );
  }

  async #account({ account }: Session): Promise<AccountRow> {
    return (await this.access.accounts.one(account))!;
  }

  /** @throws Rejected `not_found` for a token that is not one's own */
  async #token({ account }: Session, id: string): Promise<TokenRow> {
    const found = (await this.access.tokens(account)).find((one) => one.id === id);
    if (!found) throw new Rejected('not_found', 'Your account has no such token.');
    return found;
  }
}

const WAY_WORDS: Readonly<Record<Way, string>> = {
  link: 'by a link in a letter',
  'command line': 'by a link from the command line',
  provider: 'through the provider',
  passkey: 'with a passkey',
};

/** What somebody follows, by its name and page. */
type NamedFollow = Follow & { readonly name: string; readonly page: string };

interface OwnParts {
  readonly account: AccountRow;
  readonly session: Session;
  readonly sessions: readonly SessionRow[];
  readonly passkeys: readonly PasskeyRow[];
  readonly tokens: readonly TokenRow[];
  readonly follows: readonly NamedFollow[];
  readonly canBeUsed: boolean;
}

const OwnAccount = ({ account, session, sessions, passkeys, tokens, follows, canBeUsed }: OwnParts) => {
  const present = presentOf(account);
  const { principal } = session;
  const keeps = principal?.role === 'secretariat' || principal?.role === 'focal_point';
  return (
    <PlainPage
      title={account.name || 'Your account'}
      path="/account"
      eyebrow="Your account"
      lead={
        <>
          <p>{account.email ? `Letters go to ${account.email}.` : 'No e-mail address of yours is known here.'}</p>
          <p class="note">
            What you do is recorded under <span class="code">{account.account}</span>, never under your name.
          </p>
        </>
      }
    >
      <div class="acts">
        <SignOutForm />
        {keeps && <a href="/accounts">Accounts{principal.agency ? ` of ${principal.agency}` : ''}</a>}
      </div>
      <section id="roles">
        <h2>Roles</h2>
        <ActingForForm present={present} principal={principal} />
        <Roles appointments={account.appointments} />
      </section>
      <LettersPart account={account} follows={follows} />
      <SessionsPart session={session} sessions={sessions} />
      <PasskeysPart passkeys={passkeys} canBeUsed={canBeUsed} />
      <section id="tokens">
        <h2>Tokens for programs</h2>
        <p>With a token a program of your agency does through the API what you may do. Give each program its own.</p>
        <Tokens tokens={tokens} at="/account/tokens" mayRotate />
        {present.length > 0 && <TokenForm scopes={scopesFor(present)} first={!tokens.some(isGood)} />}
      </section>
    </PlainPage>
  );
};

/** Whoever acts for several says for whom. */
const ActingForForm = ({
  present,
  principal,
}: {
  present: AccountRow['appointments'];
  principal: Session['principal'];
}) => {
  const acting = present.filter(({ role }) => role !== 'reader');
  const names = [...new Map(acting.map((one) => [one.agency ?? one.role, one])).entries()];
  if (names.length < 2) return null;
  const now = principal && principal.role !== 'reader' ? (principal.agency ?? principal.role) : null;
  return (
    <form class="entry inline" method="post" action="/account/acting-for">
      <CsrfField />
      <label>
        You act now as
        <select name="actingFor" required>
          {now === null && (
            <option value="" selected>
              choose one
            </option>
          )}
          {names.map(([name, one]) => (
            <option key={name} value={name} selected={name === now}>
              {appointmentWords(one)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Change</button>
    </form>
  );
};

const LettersPart = ({ account, follows }: Pick<OwnParts, 'account' | 'follows'>) => (
  <section id="letters">
    <h2>Letters</h2>
    <form class="entry inline" method="post" action="/account/language">
      <CsrfField />
      <label>
        Letters to you are in
        <select name="language">
          {REPORT_LANGUAGES.map((language) => (
            <option key={language} value={language} selected={language === (account.language ?? 'en')}>
              {REPORT_LANGUAGE_WORDS[language]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Change</button>
    </form>
    {follows.length === 0 ? (
      <p>
        You follow nothing. The pages of agencies, themes and forums, and lists that are narrowed, have a link “by
        e-mail”: then you get one letter a week at most, when something happened.
      </p>
    ) : (
      <>
        <p>You follow, by one letter a week at most:</p>
        <ul class="items">
          {follows.map(({ id, name, page, created }) => (
            <li key={id}>
              <div>
                <a href={page} dir="auto">
                  {name}
                </a>
                <small>
                  since <Instant at={created} />
                </small>
              </div>
              <form method="post" action="/account/follows/end">
                <CsrfField />
                <input type="hidden" name="id" value={id} />
                <button type="submit" class="quiet" aria-label={`End: ${name}`}>
                  End
                </button>
              </form>
            </li>
          ))}
        </ul>
      </>
    )}
  </section>
);

const SessionsPart = ({ session, sessions }: Pick<OwnParts, 'session' | 'sessions'>) => (
  <section id="sessions">
    <h2>Where you are signed in</h2>
    <ul class="items">
      {sessions.map(({ id, way, browser, begun, seen, ends }) => (
        <li key={id}>
          <div>
            <strong>{browser}</strong>
            {id === session.id && ', here'}
            <small>
              since <Instant at={begun} />, {WAY_WORDS[way]}; last seen <Instant at={seen} />; ends{' '}
              <Instant at={ends} /> at the latest
            </small>
          </div>
          {id !== session.id && (
            <form method="post" action="/account/sessions/end">
              <CsrfField />
              <input type="hidden" name="id" value={id} />
              <button type="submit" class="quiet" aria-label={`Sign out ${browser}, signed in since ${begun}`}>
                Sign out
              </button>
            </form>
          )}
        </li>
      ))}
    </ul>
    {sessions.length > 1 && (
      <form method="post" action="/account/sessions/end-others">
        <CsrfField />
        <button type="submit" class="quiet">
          Sign out everywhere else
        </button>
      </form>
    )}
  </section>
);

const PasskeysPart = ({ passkeys, canBeUsed }: Pick<OwnParts, 'passkeys' | 'canBeUsed'>) => (
  <section id="passkeys">
    <h2>Passkeys</h2>
    <p>
      A passkey stays on your device, or with your password manager. With one you sign in without a letter. When you
      remove one, you are signed out everywhere else.
    </p>
    <ul class="items">
      {passkeys.map(({ id, label, added, lastUsed }) => (
        <li key={id}>
          <div>
            <strong dir="auto">{label}</strong>
            <small>
              added <Instant at={added} />,{' '}
              {lastUsed === null ? (
                'never used'
              ) : (
                <>
                  last used <Instant at={lastUsed} />
                </>
              )}
            </small>
          </div>
          <form method="post" action="/account/passkeys/remove">
            <CsrfField />
            <input type="hidden" name="id" value={id} />
            <button type="submit" class="quiet" aria-label={`Remove the passkey ${label}`}>
              Remove
            </button>
          </form>
        </li>
      ))}
    </ul>
    {canBeUsed ? (
      <form method="post" action="/account/passkeys/begin">
        <CsrfField />
        <button type="submit">Add a passkey</button>
      </form>
    ) : (
      <p class="callout">Browsers take passkeys only where the address of a server is a name, not a number.</p>
    )}
  </section>
);

const AddPasskey = ({ options, attempt }: { options: object; attempt: string }) => (
  <PlainPage
    title="Add a passkey"
    path="/account"
    eyebrow="Your account"
    lead={<p>Your browser asks for your fingerprint, face, PIN or key, and keeps the passkey.</p>}
  >
    <PasskeyForm action="/account/passkeys" does="make" options={options} attempt={attempt}>
      <label>
        Its name, for you
        <input name="label" maxLength={100} required value="Passkey" />
      </label>
      <label>
        <input type="checkbox" name="alone" />
        <span>Sign out everywhere else, too</span>
      </label>
      <button type="submit">Make it</button>
    </PasskeyForm>
    <p>
      <a href="/account#passkeys">Back to your account</a>
    </p>
  </PlainPage>
);

const DAYS_WORDS: Readonly<Record<(typeof DAYS)[number], string>> = {
  '30': '30 days',
  '90': '90 days',
  '365': 'a year',
};

const TokenForm = ({ scopes, first }: { scopes: readonly Scope[]; first: boolean }) => (
  <details open={first}>
    <summary>Make a token</summary>
    <form class="entry" method="post" action="/account/tokens">
      <CsrfField />
      <label>
        What it is for
        <input name="label" maxLength={100} required placeholder="Nightly upload from our database" />
      </label>
      <fieldset class="boxes">
        <legend>It may</legend>
        {scopes.map((scope) => (
          <label key={scope}>
            <input type="checkbox" name="scopes" value={scope} checked={scope === 'read' || scope === 'report'} />
            <span>{SCOPE_WORDS[scope]}</span>
          </label>
        ))}
      </fieldset>
      <label>
        Good for
        <select name="days">
          {DAYS.map((days) => (
            <option key={days} value={days} selected={days === '365'}>
              {DAYS_WORDS[days]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Make it</button>
    </form>
  </details>
);

const TokenOnce = ({ label, token, replaces = false }: { label: string; token: string; replaces?: boolean }) => (
  <PlainPage
    title="Copy the token now"
    path="/account"
    eyebrow="Your account"
    lead={<p>It is shown this once. Nobody can show it again, as only its digest is kept.</p>}
  >
    <p>
      For <strong dir="auto">{label}</strong>:
    </p>
    <p class="secret">
      <code>{token}</code>
    </p>
    <p>
      A program sends it with each request: <span class="code">Authorization: Bearer {token.slice(0, 6)}…</span>
      {replaces && ` The token that it replaces works for ${OVERLAP_DAYS} days more.`}
    </p>
    <p>
      <a href="/account#tokens">Back to your account</a>
    </p>
  </PlainPage>
);
