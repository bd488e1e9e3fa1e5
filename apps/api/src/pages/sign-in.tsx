/** The pages by which people sign in, and out. */
import { Body, Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { randomBytes } from 'node:crypto';
import { Rejected } from '#eventsourcing';
import { AlwaysOpen, Cookies, isOwnPath, OneOf, PostsForm, SeeOther, Text, Reply, type ApiRequest } from '#platform';
import { DESK_PATH, LINK_MINUTES, SignIn, type AtProvider, type Way } from '#sign-in';
import { PlainPage, Section } from './layout.js';
import { PasskeyForm } from './passkey-form.js';
import { RendersPages } from './rendering.js';
import { ButtonForm } from './signed-in.js';

class WantedPage {
  /** A page of ours. */
  @Text({ max: 2_000, optional: true }) readonly to?: string;
}
class WantedPageAgain extends WantedPage {
  /** A person who is signed in must prove again who they are. */
  @OneOf(['true'], { optional: true }) readonly again?: 'true';
}
class SignedOutThere {
  @Text({ max: 10_000, free: false }) readonly logout_token: string;
}
class LinkByEmail extends WantedPage {
  @Text({ max: 254 }) readonly email: string;
}
class LinkKey {
  @Text({ max: 100 }) readonly key: string;
}
class PasskeyAnswer extends WantedPage {
  @Text({ max: 100 }) readonly attempt: string;
  @Text({ max: 20_000 }) readonly answer: string;
}

@RendersPages()
@Controller('sign-in')
export class SignInPages {
  constructor(
    private readonly signIn: SignIn,
    private readonly cookies: Cookies,
  ) {}

  @Get()
  @AlwaysOpen()
  ways(@Query() { to, again }: WantedPageAgain, @Req() { session }: ApiRequest, @Reply() reply: FastifyReply) {
    void reply.header('Cache-Control', 'no-store');
    if (session && !again) return new SeeOther(isOwnPath(to) ? to : DESK_PATH);
    const name = (again && session?.name) || undefined;
    return <Ways signIn={this.signIn} possible={this.cookies.safe} to={isOwnPath(to) ? to : undefined} again={name} />;
  }

  /** The same answer for every address, at the same time. */
  @PostsForm('link', 'anyone')
  asks(@Body() { email, to }: LinkByEmail, @Req() request: ApiRequest, @Reply() reply: FastifyReply) {
    this.#refuseUnsafe();
    if (!this.signIn.offersLinks) throw new Rejected('not_found', 'People do not sign in here by links.');
    this.signIn.links.send(email, this.#browser(request, reply), isOwnPath(to) ? to : undefined);
    return <LinkSent sends={this.signIn.sendsLetters} />;
  }

  /** Programs look at links in letters before people do: a look takes nothing. */
  @Get('link')
  @AlwaysOpen()
  async link(@Query() { key }: LinkKey, @Req() { headers }: ApiRequest, @Reply() reply: FastifyReply) {
    void reply.header('Cache-Control', 'no-store');
    const name = await this.signIn.links.whose(key, this.cookies.read('signing-in', headers.cookie) ?? null);
    if (name === null) throw linkUsedUp();
    return <OpenLink name={name} secret={key} />;
  }

  @PostsForm('link/open', 'anyone')
  async opens(@Body() { key }: LinkKey, @Req() request: ApiRequest, @Reply() reply: FastifyReply) {
    this.#refuseUnsafe();
    const browser = this.cookies.read('signing-in', request.headers.cookie) ?? null;
    const opened = await this.signIn.links.take(key, browser);
    if (!opened) throw linkUsedUp();
    return this.#begins(request, reply, opened.account, opened.way, opened.to);
  }

  @Get('provider')
  @AlwaysOpen()
  async leads(@Query() { to, again }: WantedPageAgain, @Req() request: ApiRequest, @Reply() reply: FastifyReply) {
    this.#refuseUnsafe();
    void reply.header('Cache-Control', 'no-store');
    const wanted = isOwnPath(to) ? to : DESK_PATH;
    const address = await this.#provider().begin(this.#browser(request, reply), wanted, again !== undefined);
    return new SeeOther(address.href);
  }

  @Get('provider/return')
  @AlwaysOpen()
  async returns(@Req() request: ApiRequest, @Reply() reply: FastifyReply) {
    void reply.header('Cache-Control', 'no-store');
    const [, query = ''] = request.url.split('?', 2);
    const browser = this.cookies.read('signing-in', request.headers.cookie);
    const { account, to, there } = await this.#provider().finish(new URLSearchParams(query), browser);
    return this.#begins(request, reply, account, 'provider', to, there);
  }

  /** The provider itself tells of somebody who has signed out there. */
  @PostsForm('provider/left', 'program')
  async left(@Body() { logout_token: token }: SignedOutThere, @Reply() reply: FastifyReply) {
    void reply.header('Cache-Control', 'no-store');
    const { account, session } = await this.#provider().leaves(token);
    if (account !== null || session !== null) await this.signIn.sessions.endOfProvider(account, session);
    return <></>;
  }

  @PostsForm('passkey', 'anyone')
  async asksPasskey(@Body() { to }: WantedPage, @Req() request: ApiRequest, @Reply() reply: FastifyReply) {
    this.#refuseUnsafe();
    const { options, attempt } = await this.signIn.passkeys.begin(this.#browser(request, reply));
    return <UsePasskey options={options} attempt={attempt} to={isOwnPath(to) ? to : undefined} />;
  }

  @PostsForm('passkey/answer', 'anyone')
  async takesPasskey(
    @Body() { attempt, answer, to }: PasskeyAnswer,
    @Req() request: ApiRequest,
    @Reply() reply: FastifyReply,
  ) {
    const browser = this.cookies.read('signing-in', request.headers.cookie);
    const account = await this.signIn.passkeys.finish(browser, attempt, answer);
    return this.#begins(request, reply, account, 'passkey', isOwnPath(to) ? to : DESK_PATH);
  }

  @PostsForm('out')
  async out(@Req() { session }: ApiRequest, @Reply() reply: FastifyReply) {
    await this.signIn.sessions.end(session!.account, session!.id);
    this.cookies.write(reply, 'session', null);
    void reply.header('Clear-Site-Data', '"cache", "storage"');
    const { provider } = this.signIn;
    const there = (await provider?.leave()) ?? null;
    return <SignedOut provider={there && { href: there.href, name: provider!.settings.name }} />;
  }

  /** Begins a session, in the place of the one that there may be: nobody goes on under a secret from before. */
  async #begins(request: ApiRequest, reply: FastifyReply, account: string, way: Way, to: string, there?: AtProvider) {
    const { session, headers } = request;
    const { sessions } = this.signIn;
    if (session) await sessions.end(session.account, session.id);
    const secret = await sessions.begin(account, way, headers['user-agent'], there);
    this.cookies.write(reply, 'session', secret);
    this.cookies.write(reply, 'signing-in', null);
    // From here on the request belongs to the person who has signed in: the audit says so.
    request.session = (await sessions.sessionOf(secret)) ?? undefined;
    request.principal = request.session?.principal ?? undefined;
    return new SeeOther(to);
  }

  /** The secret of the browser that begins to sign in. */
  #browser({ headers }: ApiRequest, reply: FastifyReply): string {
    const browser = this.cookies.read('signing-in', headers.cookie) ?? randomBytes(24).toString('base64url');
    this.cookies.write(reply, 'signing-in', browser);
    return browser;
  }

  #provider() {
    if (!this.signIn.provider) throw new Rejected('not_found', 'People sign in here by links, not through a provider.');
    return this.signIn.provider;
  }

  #refuseUnsafe(): void {
    if (!this.cookies.safe)
      throw new Rejected('forbidden', 'Nobody can sign in over http: what is sent could be read.');
  }
}

const linkUsedUp = (): Rejected =>
  new Rejected(
    'not_found',
    `This link was used already, is older than ${LINK_MINUTES} minutes, or was asked for in another browser. Ask for another one here.`,
  );

function providerPath(to: string | undefined, again: boolean): string {
  const query = new URLSearchParams({ ...(to && { to }), ...(again && { again: 'true' }) });
  return query.size > 0 ? `/sign-in/provider?${query}` : '/sign-in/provider';
}

const HiddenTo = ({ to }: { to: string | undefined }) => <>{to && <input type="hidden" name="to" value={to} />}</>;

interface WaysParts {
  readonly signIn: SignIn;
  readonly possible: boolean;
  readonly to: string | undefined;
  /** The name of the person who must sign in again. */
  readonly again: string | undefined;
}

const Ways = ({ signIn, possible, to, again }: WaysParts) => (
  <PlainPage
    title={again === undefined ? 'Sign in' : 'Sign in again'}
    path="/sign-in"
    lead={
      again === undefined ? (
        <p>For focal points of agencies, and the secretariat. Reading needs no account.</p>
      ) : (
        <p>
          What you wanted to do needs to be yours beyond doubt. Show once more that you are <bdi>{again}</bdi>, and do
          it again then.
        </p>
      )
    }
  >
    {possible ? (
      <div class="ways">
        {signIn.provider && (
          <Section title={`With ${signIn.provider.settings.name}`}>
            <p>
              <a class="button" href={providerPath(to, again !== undefined)} rel="nofollow">
                Sign in with {signIn.provider.settings.name}
              </a>
            </p>
          </Section>
        )}
        {signIn.offersLinks && (
          <Section title="By a link">
            <form class="entry" method="post" action="/sign-in/link">
              <HiddenTo to={to} />
              <label>
                E-mail address
                <input type="email" name="email" autocomplete="email" maxLength={254} required />
              </label>
              <p class="note" id="link-note">
                You get a letter with a link that works once, for {LINK_MINUTES} minutes, in this browser.
              </p>
              <button type="submit">Send me a link</button>
            </form>
          </Section>
        )}
        {signIn.passkeys.canBeUsed && (
          <Section title="With a passkey">
            <form class="entry" method="post" action="/sign-in/passkey">
              <HiddenTo to={to} />
              <p class="note">If you have added one to your account: with your fingerprint, face, PIN or key.</p>
              <button type="submit">Use a passkey</button>
            </form>
          </Section>
        )}
      </div>
    ) : (
      <p class="callout">
        Nobody can sign in at this address: over http, what is sent could be read on its way. Whoever runs this server
        has to put it behind https and set <span class="code">PUBLIC_URL</span>.
      </p>
    )}
  </PlainPage>
);

const LinkSent = ({ sends }: { sends: boolean }) => (
  <PlainPage
    title="Look into your letters"
    path="/sign-in"
    lead={
      <p>
        If an account here has this address, a letter with a link is on its way to it. The link works once, for{' '}
        {LINK_MINUTES} minutes.
      </p>
    }
  >
    {!sends && (
      <p class="callout">
        This server has no mail server. Whoever runs it finds the letter in the folder <span class="code">letters</span>{' '}
        of its data, or prints a link with <span class="code">npm run cli -- account sign-in-link ADDRESS</span>.
      </p>
    )}
    <p>
      Nothing came? Look among unwanted letters, or <a href="/sign-in">ask again</a>; the secretariat knows which
      address your account has.
    </p>
  </PlainPage>
);

const OpenLink = ({ name, secret }: { name: string; secret: string }) => (
  <PlainPage title="Sign in" path="/sign-in" lead={<p>This link signs you in once, in this browser.</p>}>
    <form class="entry" method="post" action="/sign-in/link/open">
      <input type="hidden" name="key" value={secret} />
      <p>
        You sign in as <strong dir="auto">{name}</strong>. If that is not you, close this page.
      </p>
      <button type="submit">Sign in</button>
    </form>
  </PlainPage>
);

const UsePasskey = ({ options, attempt, to }: { options: object; attempt: string; to: string | undefined }) => (
  <PlainPage title="Use a passkey" path="/sign-in" lead={<p>Your browser asks you for it now.</p>}>
    <PasskeyForm
      action="/sign-in/passkey/answer"
      does="use"
      options={options}
      attempt={attempt}
      button="Use the passkey"
    >
      <HiddenTo to={to} />
    </PasskeyForm>
    <p>
      <a href="/sign-in">Sign in another way</a>
    </p>
  </PlainPage>
);

const SignedOut = ({ provider }: { provider: { readonly href: string; readonly name: string } | null }) => (
  <PlainPage title="You are signed out" path="/sign-in" lead={<p>This browser knows you no more.</p>}>
    {provider && (
      <p>
        You are still signed in with {provider.name}, and whoever uses this browser could come back by it.{' '}
        <a href={provider.href}>Sign out there, too</a>
      </p>
    )}
    <p>
      <a href="/">To the overview</a> · <a href="/sign-in">Sign in again</a>
    </p>
  </PlainPage>
);

export const SignOutForm = () => <ButtonForm action="/sign-in/out">Sign out</ButtonForm>;
