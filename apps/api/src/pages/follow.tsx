/** The pages on which something is followed by e-mail, confirmed, and ended with one click. */
import { Body, Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { FollowTargets, Follows, FOLLOW_KINDS, Post, type FollowKind } from '#letters';
import {
  AlwaysOpen,
  EmailAddress,
  MULTIPART_CONFIG,
  OneOf,
  PostsForm,
  SeeOther,
  Text,
  Reply,
  type ApiRequest,
} from '#platform';
import { REPORT_LANGUAGES, type ReportLanguage } from '#words';
import { Options } from './choice.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { REPORT_LANGUAGE_WORDS } from './report-form.js';
import { PostForm } from './signed-in.js';

class FollowQuery {
  @OneOf(FOLLOW_KINDS) readonly kind: FollowKind;
  @Text({ max: 1_000, free: false }) readonly code: string;
}
class FollowByEmail extends FollowQuery {
  @EmailAddress({ optional: true }) readonly email?: string;
  @OneOf(REPORT_LANGUAGES, { optional: true }) readonly language?: ReportLanguage;
}
class EndLink {
  @Text({ max: 100, free: false }) readonly key: string;
  @Text({ max: 100, free: false, optional: true }) readonly follow?: string;
}
class LinkToOne {
  @Text({ max: 100, free: false }) readonly key: string;
  @Text({ max: 100, free: false }) readonly follow: string;
}

@RendersPages()
@Controller('follow')
export class FollowPages {
  constructor(
    private readonly follows: Follows,
    private readonly targets: FollowTargets,
    private readonly post: Post,
  ) {}

  @Get()
  async asks(@Query() asked: FollowQuery, @Req() { session }: ApiRequest) {
    const known = await this.targets.checked(asked);
    const name = await this.targets.nameOf(known);
    return <Ask asked={known} name={name} page={this.targets.pathOf(known)} isKnown={Boolean(session)} />;
  }

  @PostsForm('', 'anyone')
  async takes(@Body() { email, language = 'en', ...asked }: FollowByEmail, @Req() { session }: ApiRequest) {
    if (session && email === undefined) {
      await this.follows.follow(session.account, asked);
      return new SeeOther('/account#letters');
    }
    await this.follows.ask(email ?? '', language, asked);
    this.post.look();
    return <LinkSent page={this.targets.pathOf(await this.targets.checked(asked))} />;
  }

  /** Programs look at links in letters before people do: a look confirms nothing. */
  @Get('confirm')
  @AlwaysOpen()
  async confirms(@Query() { key, follow }: LinkToOne, @Reply() reply: FastifyReply) {
    void reply.header('Cache-Control', 'no-store');
    const { follows } = await this.follows.behind(key, follow);
    const name = await this.targets.nameOf(follows[0]!);
    return (
      <PlainPage title={`Follow ${name}?`} path="/follow" eyebrow="By e-mail">
        <p>You then get one letter a week at most, when something happened. Every letter has a link that ends it.</p>
        <LinkForm action="/follow/confirm" link={{ key, follow }} button="Yes, follow it" />
      </PlainPage>
    );
  }

  @PostsForm('confirm', 'anyone')
  async confirmed(@Body() { key, follow }: LinkToOne) {
    const known = await this.follows.confirm(key, follow);
    return (
      <PlainPage title={`You follow ${await this.targets.nameOf(known)}`} path="/follow" eyebrow="By e-mail">
        <p>The first letter comes in a week, if something happens until then.</p>
        <p>
          <a href={this.targets.pathOf(known)}>To its page</a>
        </p>
        <LinkForm action="/follow/end" link={{ key, follow }} button="No, end it again" isQuiet />
      </PlainPage>
    );
  }

  @Get('end')
  @AlwaysOpen()
  async ends(@Query() { key, follow }: EndLink, @Reply() reply: FastifyReply) {
    void reply.header('Cache-Control', 'no-store');
    const { follows } = await this.follows.behind(key, follow);
    const names = await Promise.all(follows.map((one) => this.targets.nameOf(one)));
    return (
      <PlainPage title="No more letters?" path="/follow" eyebrow="By e-mail">
        <p>This ends the letters about:</p>
        <ul>
          {names.map((name) => (
            <li key={name} dir="auto">
              {name}
            </li>
          ))}
        </ul>
        <LinkForm action="/follow/end" link={{ key, ...(follow && { follow }) }} button="End them" />
      </PlainPage>
    );
  }

  /** One click in a mail program comes here, too (RFC 8058): the address alone names the subscription that ends. */
  @PostsForm('end', 'one-click', MULTIPART_CONFIG)
  async ended(@Query() { key, follow }: EndLink) {
    await this.follows.endBy(key, follow);
    return (
      <PlainPage title="Ended" path="/follow" eyebrow="By e-mail">
        <p>You get no more letters about it. An address that follows nothing else was deleted.</p>
      </PlainPage>
    );
  }
}

interface AskParts {
  readonly asked: FollowQuery;
  readonly name: string;
  readonly page: string;
  /** Whether somebody is signed in. */
  readonly isKnown: boolean;
}

const Ask = ({ asked, name, page, isKnown }: AskParts) => (
  <PlainPage
    title={`Follow ${name}`}
    path="/follow"
    eyebrow={<a href={page}>By e-mail</a>}
    lead={
      <p>
        One letter a week at most, and only when something happened: what changed, in words, with links. Every letter
        has a link that ends it.
      </p>
    }
  >
    <PostForm class="entry" action="/follow" hidden={{ kind: asked.kind, code: asked.code }}>
      {!isKnown && (
        <>
          <label>
            E-mail address
            <input type="email" name="email" autocomplete="email" maxLength={254} required />
          </label>
          <label>
            Letters in
            <select name="language">
              <Options of={REPORT_LANGUAGES.map((language) => [language, REPORT_LANGUAGE_WORDS[language]])} />
            </select>
          </label>
          <p class="note">
            You first get a letter with a link, by which you say that the address is yours. Without that, the address is
            deleted within a week.
          </p>
        </>
      )}
      {isKnown && <p class="note">Letters go to the address of your account.</p>}
      <button type="submit">Follow</button>
    </PostForm>
  </PlainPage>
);

const LinkSent = ({ page }: { page: string }) => (
  <PlainPage title="Look into your letters" path="/follow" eyebrow="By e-mail">
    <p>
      A letter with a link is under way to that address, unless it follows this already or has not answered earlier
      letters. Open the link within a week.
    </p>
    <p>
      <a href={page}>Back to the page</a>
    </p>
  </PlainPage>
);

interface LinkFormParts {
  readonly action: string;
  readonly link: { readonly key: string; readonly follow?: string };
  readonly button: string;
  readonly isQuiet?: boolean;
}

/** A button that does the act of a link in a letter. */
const LinkForm = ({ action, link, button, isQuiet = false }: LinkFormParts) => (
  <form method="post" action={`${action}?${new URLSearchParams({ ...link })}`}>
    {Object.entries(link).map(([name, value]) => (
      <input key={name} type="hidden" name={name} value={value} />
    ))}
    <button type="submit" class={isQuiet ? 'quiet' : undefined}>
      {button}
    </button>
  </form>
);
