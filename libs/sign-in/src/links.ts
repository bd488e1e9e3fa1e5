/** Links by which people sign in: sent to their address, or printed by the command line for the operator. */
import { Logger } from '@nestjs/common';
import { instantNow, type AccessStore } from '#access';
import { LetterNotSent, type Mailer } from '#mail';
import type { Once } from './once.js';

/** The time for which a link is good. */
export const LINK_MINUTES = 10;
/** The page after signing in, if no other one was asked for: the desk of the agency, or the secretariat's. */
export const DESK_PATH = '/home';
/** The number of links of an account that may be good at a time: nobody's letterbox is filled by somebody else. */
const MAX_OPEN_LINKS_PER_ACCOUNT = 3;

/** Whom a link signs in, how it came, and the page that was wanted. */
interface OpenedLink {
  readonly account: string;
  readonly way: 'link' | 'command line';
  readonly to: string;
}

export class SignInLinks {
  readonly #logger = new Logger('SignIn');
  readonly #sending = new Set<Promise<void>>();

  constructor(
    private readonly access: AccessStore,
    private readonly once: Once,
    private readonly mailer: Mailer,
    private readonly publicUrl: string,
  ) {}

  /**
   * Sends a link to an address, if it is somebody's who has a role. It returns before that is looked up: neither the answer nor
   * its time tells whether anybody has the address.
   * @param browser a secret of the browser that asks: the link is good in no other
   * @param to the page that is wanted
   */
  send(email: string, browser: string, to?: string): void {
    const sending: Promise<void> = this.#send(email, browser, to)
      .catch((error: unknown) => {
        const why = error instanceof LetterNotSent ? error.message : 'The store of accounts did not answer.';
        this.#logger.error(`A sign-in link was not sent. ${why}`);
      })
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Returns when the letters under way were sent. */
  async sent(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async #send(email: string, browser: string, to?: string): Promise<void> {
    const account = await this.access.accounts.byEmail(email);
    const known = account && (await this.access.accounts.one(account));
    if (!account || !known || !known.email || !known.appointments.some(({ until }) => !until || until > instantNow()))
      return;
    if ((await this.once.open('link', account)) >= MAX_OPEN_LINKS_PER_ACCOUNT) return;
    await this.mailer.send({
      to: known.email,
      subject: 'Sign in to Followthrough',
      text: [
        'Somebody, most likely you, asked to sign in to Followthrough.',
        `This link signs you in. It works once, for ${LINK_MINUTES} minutes, in the browser in which it was asked for:`,
        await this.make(account, 'link', to, browser),
        'If it was not you, do nothing: without the link nobody gets in.',
      ].join('\n\n'),
    });
  }

  /** Tells somebody who was given an account how to sign in. @throws LetterNotSent */
  async invite(account: string): Promise<void> {
    const known = await this.access.accounts.one(account);
    if (!known?.email) return;
    await this.mailer.send({
      to: known.email,
      subject: 'Your account in Followthrough',
      text: [
        'You were given an account in Followthrough, the tracker of what agencies undertook.',
        `Sign in with this e-mail address: ${this.publicUrl}/sign-in`,
        'You get a letter with a link each time; once signed in you can add a passkey, and need no letters any more.',
      ].join('\n\n'),
    });
  }

  /** A link that signs an account in, once. Its holder acts as that account. */
  async make(
    account: string,
    way: 'link' | 'command line' = 'link',
    to = DESK_PATH,
    browser: string | null = null,
  ): Promise<string> {
    const key = await this.once.make('link', { account, browser, kept: { way, to }, forMs: LINK_MINUTES * 60_000 });
    // In the query, which neither log lines nor traces hold.
    return `${this.publicUrl}/sign-in/link?key=${key}`;
  }

  /** The name of the person whom a link would sign in; `null`: it is not good (any more). */
  async whose(secret: string, browser: string | null): Promise<string | null> {
    const found = await this.once.look('link', secret, browser);
    return found?.account ? ((await this.access.accounts.one(found.account))?.name ?? null) : null;
  }

  /** @returns `null` where it is not good (any more) */
  async take(secret: string, browser: string | null): Promise<OpenedLink | null> {
    const taken = await this.once.take('link', secret, browser);
    return taken?.account ? ({ account: taken.account, ...taken.kept } as OpenedLink) : null;
  }
}
