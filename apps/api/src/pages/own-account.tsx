/** The parts of the page of one's own account: for whom one acts, letters, sessions, passkeys, tokens. */
import type { AccountRow, TokenRow } from '#access';
import { APPOINTING_ROLES, type Session } from '#platform';
import type { PasskeyRow, SessionRow, Way } from '#sign-in';
import type { Follow } from '#letters';
import { isActing, REPORT_LANGUAGES, type Scope } from '#words';
import { Options } from './choice.js';
import { PlainPage } from './layout.js';
import { Instant, NameLink } from './links.js';
import { REPORT_LANGUAGE_WORDS } from './report-form.js';
import { appointmentWords, isGood, LastUse, presentOf, Roles, SCOPE_WORDS, scopesFor, Tokens } from './roles.js';
import { SignOutForm } from './sign-in.js';
import { ButtonForm, PostForm } from './signed-in.js';

/** The numbers of days for which a new token can be good, to choose from. */
export const TOKEN_DAYS = ['30', '90', '365'] as const;

const WAY_WORDS: Readonly<Record<Way, string>> = {
  link: 'by a link in a letter',
  'command line': 'by a link from the command line',
  provider: 'through the provider',
  passkey: 'with a passkey',
};

/** A follow of somebody, with its name and page. */
export type NamedFollow = Follow & { readonly name: string; readonly page: string };

interface OwnParts {
  readonly account: AccountRow;
  readonly session: Session;
  readonly sessions: readonly SessionRow[];
  readonly passkeys: readonly PasskeyRow[];
  readonly tokens: readonly TokenRow[];
  readonly follows: readonly NamedFollow[];
  readonly canBeUsed: boolean;
}

export const OwnAccount = ({ account, session, sessions, passkeys, tokens, follows, canBeUsed }: OwnParts) => {
  const present = presentOf(account);
  const { principal } = session;
  const keeps = principal !== null && APPOINTING_ROLES.includes(principal.role);
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

/** A person who acts for several agencies chooses one. */
const ActingForForm = ({
  present,
  principal,
}: {
  present: AccountRow['appointments'];
  principal: Session['principal'];
}) => {
  const acting = present.filter(isActing);
  const names = [...new Map(acting.map((one) => [one.agency ?? one.role, one])).entries()];
  if (names.length < 2) return null;
  const now = principal && isActing(principal) ? (principal.agency ?? principal.role) : null;
  return (
    <PostForm class="entry inline" action="/account/acting-for">
      <label>
        You act now as
        <select name="actingFor" required>
          {now === null && (
            <option value="" selected>
              choose one
            </option>
          )}
          <Options of={names.map(([name, one]) => [name, appointmentWords(one)])} chosen={now} />
        </select>
      </label>
      <button type="submit">Change</button>
    </PostForm>
  );
};

const LettersPart = ({ account, follows }: Pick<OwnParts, 'account' | 'follows'>) => (
  <section id="letters">
    <h2>Letters</h2>
    <PostForm class="entry inline" action="/account/language">
      <label>
        Letters to you are in
        <select name="language">
          <Options
            of={REPORT_LANGUAGES.map((language) => [language, REPORT_LANGUAGE_WORDS[language]])}
            chosen={account.language ?? 'en'}
          />
        </select>
      </label>
      <button type="submit">Change</button>
    </PostForm>
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
                <NameLink to={page} name={name} />
                <small>
                  since <Instant at={created} />
                </small>
              </div>
              <ButtonForm action="/account/follows/end" hidden={{ id }} quiet label={`End: ${name}`}>
                End
              </ButtonForm>
            </li>
          ))}
        </ul>
      </>
    )}
  </section>
);

const SessionsPart = ({ session, sessions }: Pick<OwnParts, 'session' | 'sessions'>) => (
  <section id="sessions">
    <h2>Your sessions</h2>
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
            <ButtonForm
              action="/account/sessions/end"
              hidden={{ id }}
              quiet
              label={`Sign out ${browser}, signed in since ${begun}`}
            >
              Sign out
            </ButtonForm>
          )}
        </li>
      ))}
    </ul>
    {sessions.length > 1 && (
      <ButtonForm action="/account/sessions/end-others" quiet>
        Sign out everywhere else
      </ButtonForm>
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
              added <Instant at={added} />, <LastUse at={lastUsed} />
            </small>
          </div>
          <ButtonForm action="/account/passkeys/remove" hidden={{ id }} quiet label={`Remove the passkey ${label}`}>
            Remove
          </ButtonForm>
        </li>
      ))}
    </ul>
    {canBeUsed ? (
      <ButtonForm action="/account/passkeys/begin">Add a passkey</ButtonForm>
    ) : (
      <p class="callout">Browsers take passkeys only where the address of a server is a name, not a number.</p>
    )}
  </section>
);

const DAYS_WORDS: Readonly<Record<(typeof TOKEN_DAYS)[number], string>> = {
  '30': '30 days',
  '90': '90 days',
  '365': 'a year',
};

const TokenForm = ({ scopes, first }: { scopes: readonly Scope[]; first: boolean }) => (
  <details open={first}>
    <summary>Make a token</summary>
    <PostForm class="entry" action="/account/tokens">
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
          <Options of={TOKEN_DAYS.map((days) => [days, DAYS_WORDS[days]])} chosen="365" />
        </select>
      </label>
      <button type="submit">Make it</button>
    </PostForm>
  </details>
);
