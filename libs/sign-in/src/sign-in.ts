/** Everything by which people sign in, as one server has it. */
import type { AccessStore } from '#access';
import type { Mailer } from '#mail';
import { roleRulesIn } from './claims.js';
import { SignInLinks } from './links.js';
import { Once } from './once.js';
import { Passkeys } from './passkeys.js';
import { Provider, type Patience, type ProviderSettings } from './provider.js';
import { KeptSessions, type SessionLimits } from './sessions.js';

export interface SignInSettings {
  readonly publicUrl: string;
  /** `null`: letters are laid in a folder. */
  readonly smtpUrl: string | null;
  /** Whether people may ask for links; without them they sign in by the provider, a passkey, or a link of the command line. */
  readonly signInLinks: boolean;
  readonly sessions: SessionLimits;
  /** With its rules for roles as they were written. `null`: there is no identity provider, and people sign in by links. */
  readonly provider: (Omit<ProviderSettings, 'roles'> & { readonly roles: string }) | null;
}

export class SignIn {
  readonly sessions: KeptSessions;
  readonly links: SignInLinks;
  readonly passkeys: Passkeys;
  readonly provider: Provider | null;
  /** Whether a link reaches the letterbox of the person who asks for it. */
  readonly sendsLetters: boolean;
  readonly offersLinks: boolean;

  /** @throws Error that names the first of the rules for roles that is none */
  constructor(access: AccessStore, mailer: Mailer, settings: SignInSettings, patience?: Patience) {
    const publicUrl = settings.publicUrl.replace(/\/$/, '');
    const once = new Once(access);
    const { provider } = settings;
    this.sendsLetters = settings.smtpUrl !== null;
    this.offersLinks = settings.signInLinks;
    this.sessions = new KeptSessions(access, settings.sessions);
    this.links = new SignInLinks(access, once, mailer, publicUrl);
    this.passkeys = new Passkeys(access, once, publicUrl);
    this.provider = provider
      ? new Provider({ ...provider, roles: roleRulesIn(provider.roles) }, publicUrl, access, once, patience)
      : null;
  }

  /** Work that was begun for people is finished before the process ends. */
  beforeApplicationShutdown(): Promise<void> {
    return this.links.sent();
  }
}
