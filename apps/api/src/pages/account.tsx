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
import { SignIn } from '#sign-in';
import { FollowTargets, Follows } from '#letters';
import { REPORT_LANGUAGES, SCOPES, type ReportLanguage, type Scope } from '#words';
import { DAY_MS } from '#clocks';
import { PlainPage } from './layout.js';
import { PasskeyForm } from './passkey-form.js';
import { RendersPages } from './rendering.js';
import { presentOf, SCOPE_WORDS, scopesFor } from './roles.js';
import { TOKEN_DAYS, OwnAccount, type NamedFollow } from './own-account.js';

/** The days for which a token works on beside the one that replaces it. */
const OVERLAP_DAYS = 7;

class ChosenId {
  @Text({ max: 300, free: false }) readonly id: string;
}
class ActingFor {
  @Code() readonly actingFor: string;
}
class NewToken {
  @Text({ max: 100 }) readonly label: string;
  @SomeOf(SCOPES, { min: 1 }) readonly scopes: Scope[];
  @OneOf(TOKEN_DAYS) readonly days: (typeof TOKEN_DAYS)[number];
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
    private readonly follows: Follows,
    private readonly targets: FollowTargets,
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
  async endsFollow(@Body() { id }: ChosenId, @Req() { session }: OwnRequest) {
    await this.follows.end(session.account, id);
    return new SeeOther('/account#letters');
  }

  @PostsForm('acting-for')
  async acts(@Body() { actingFor }: ActingFor, @Req() { session }: OwnRequest) {
    await this.signIn.sessions.actFor(session, actingFor);
    return new SeeOther('/account');
  }

  @PostsForm('sessions/end')
  async endsSession(@Body() { id }: ChosenId, @Req() { session }: OwnRequest) {
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
  async removesPasskey(@Body() { id }: ChosenId, @Req() { session }: OwnRequest) {
    refuseUnlessProven(session);
    await this.signIn.passkeys.remove(session.account, id);
    // The holder of the device may be signed in by it.
    await this.signIn.sessions.endAll(session.account, session.id);
    return new SeeOther('/account#passkeys');
  }

  @PostsForm('tokens')
  async makesToken(@Body() { label, scopes, days }: NewToken, @Req() { session }: OwnRequest) {
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
  async revokesToken(@Body() { id }: ChosenId, @Req() { session }: OwnRequest) {
    await this.access.revoke((await this.#token(session, id)).id);
    return new SeeOther('/account#tokens');
  }

  @PostsForm('tokens/rotate')
  async replacesToken(@Body() { id }: ChosenId, @Req() { session }: OwnRequest) {
    const { label, scopes } = await this.#token(session, id);
    if (scopes.includes('admin')) refuseUnlessProven(session);
    const made = await this.access.rotate(id, { overlapMs: OVERLAP_DAYS * DAY_MS, by: session.account });
    if (!made) throw new Rejected('conflict', 'This token can be used no more, and so it cannot be replaced.');
    return <TokenOnce label={label} token={made.token} replaces />;
  }

  async #follows({ account }: Session): Promise<NamedFollow[]> {
    const all = await this.follows.of(account);
    return Promise.all(
      all.map(async (one) => ({ ...one, name: await this.targets.nameOf(one), page: this.targets.pathOf(one) })),
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

const AddPasskey = ({ options, attempt }: { options: object; attempt: string }) => (
  <PlainPage
    title="Add a passkey"
    path="/account"
    eyebrow="Your account"
    lead={<p>Your browser asks for your fingerprint, face, PIN or key, and keeps the passkey.</p>}
  >
    <PasskeyForm action="/account/passkeys" does="make" options={options} attempt={attempt} button="Make it">
      <label>
        Its name, for you
        <input name="label" maxLength={100} required value="Passkey" />
      </label>
      <fieldset class="boxes">
        <legend>Elsewhere</legend>
        <label>
          <input type="checkbox" name="alone" />
          <span>Sign out everywhere else, too</span>
        </label>
      </fieldset>
    </PasskeyForm>
    <p>
      <a href="/account#passkeys">Back to your account</a>
    </p>
  </PlainPage>
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
