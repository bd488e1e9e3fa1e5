/** Passkeys: keys that a person's own device keeps, by which it signs in without a letter. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { AccessStore } from '#access';
import { Rejected } from '#eventsourcing';
import type { Session } from '#platform';
import type { Once } from './once.js';

/** A passkey as its person sees it in a list. Instants are ISO 8601. */
export interface PasskeyRow {
  readonly id: string;
  readonly label: string;
  readonly added: string;
  readonly lastUsed: string | null;
}

/** The time that a device may take. */
const CHALLENGE_TIMEOUT_MS = 5 * 60_000;
const MAX_PASSKEYS_PER_ACCOUNT = 20;

type KeptChallenge = { readonly challenge: string };

export class Passkeys {
  readonly #origin: string;
  readonly #host: string;
  /** Whether browsers take passkeys at this address: it must have a name, not a number. */
  readonly canBeUsed: boolean;

  constructor(
    private readonly access: AccessStore,
    private readonly once: Once,
    publicUrl: string,
  ) {
    const { origin, hostname } = new URL(publicUrl);
    this.#origin = origin;
    this.#host = hostname;
    this.canBeUsed = !/^\[|^\d+\.\d+\.\d+\.\d+$/.test(hostname);
  }

  of(account: string): Promise<PasskeyRow[]> {
    const sql = 'SELECT id, label, added, last_used AS "lastUsed" FROM passkeys WHERE account = ? ORDER BY added, id';
    return this.access.query<PasskeyRow>(sql, account);
  }

  async remove(account: string, id: string): Promise<void> {
    await this.access.query('DELETE FROM passkeys WHERE account = ? AND id = ?', account, id);
  }

  /** @returns the options for the browser, and the name by which the answer is known */
  async beginAdding(
    session: Session,
  ): Promise<{ readonly options: PublicKeyCredentialCreationOptionsJSON; readonly attempt: string }> {
    const { generateRegistrationOptions } = await import('@simplewebauthn/server');
    const own = await this.of(session.account);
    if (own.length >= MAX_PASSKEYS_PER_ACCOUNT)
      throw new Rejected('conflict', `An account has ${MAX_PASSKEYS_PER_ACCOUNT} passkeys at most.`);
    const options = await generateRegistrationOptions({
      ...{ rpName: 'Followthrough', rpID: this.#host, attestationType: 'none' },
      ...{ userName: session.name, userDisplayName: session.name, userID: Buffer.from(session.account) },
      excludeCredentials: own.map(({ id }) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const kept: KeptChallenge = { challenge: options.challenge };
    const { account, secret } = session;
    const attempt = await this.once.make('new-passkey', {
      account,
      browser: secret,
      kept,
      forMs: CHALLENGE_TIMEOUT_MS,
    });
    return { options, attempt };
  }

  /** @throws Rejected `forbidden` if the browser's answer is to another question */
  async add(session: Session, attempt: string, answer: string, label: string): Promise<void> {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const begun = await this.once.take('new-passkey', attempt, session.secret);
    if (!begun) throw passkeyRefused();
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: answerIn<RegistrationResponseJSON>(answer),
      expectedChallenge: (begun.kept as KeptChallenge).challenge,
      expectedOrigin: this.#origin,
      expectedRPID: this.#host,
      requireUserVerification: true,
    }).catch(() => ({ verified: false as const, registrationInfo: undefined }));
    if (!verified || !registrationInfo) throw passkeyRefused();
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    await this.access.query(
      'INSERT INTO passkeys VALUES (?, ?, ?, ?, ?, ?, ?, NULL)',
      ...[id, session.account, Buffer.from(publicKey).toString('base64url'), counter, transports.join(' '), label],
      new Date().toISOString(),
    );
  }

  /** @param browser a secret of the browser, which must come back with the answer */
  async begin(
    browser: string,
  ): Promise<{ readonly options: PublicKeyCredentialRequestOptionsJSON; readonly attempt: string }> {
    const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
    const options = await generateAuthenticationOptions({ rpID: this.#host, userVerification: 'required' });
    const kept: KeptChallenge = { challenge: options.challenge };
    const attempt = await this.once.make('passkey', { browser, kept, forMs: CHALLENGE_TIMEOUT_MS });
    return { options, attempt };
  }

  /** @returns the account of the passkey. @throws Rejected `forbidden` */
  async finish(browser: string | undefined, attempt: string, answer: string): Promise<string> {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const begun = browser === undefined ? null : await this.once.take('passkey', attempt, browser);
    if (!begun) throw passkeyRefused();
    const response = answerIn<AuthenticationResponseJSON>(answer);
    const [known] = await this.access.query<{ account: string; publicKey: string; counter: number | string }>(
      'SELECT account, public_key AS "publicKey", counter FROM passkeys WHERE id = ?',
      String(response.id),
    );
    if (!known) throw passkeyRefused();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (begun.kept as KeptChallenge).challenge,
      expectedOrigin: this.#origin,
      expectedRPID: this.#host,
      requireUserVerification: true,
      credential: {
        id: response.id,
        publicKey: new Uint8Array(Buffer.from(known.publicKey, 'base64url')),
        counter: Number(known.counter),
      },
    }).catch(() => ({ verified: false as const, authenticationInfo: undefined }));
    if (!verified || !authenticationInfo) throw passkeyRefused();
    await this.access.query(
      'UPDATE passkeys SET counter = ?, last_used = ? WHERE id = ?',
      ...[authenticationInfo.newCounter, new Date().toISOString(), response.id],
    );
    return known.account;
  }
}

function answerIn<A extends { id: string }>(text: string): A {
  try {
    const answer = JSON.parse(text) as A | null;
    if (typeof answer?.id === 'string') return answer;
  } catch {
    // It is refused below.
  }
  throw passkeyRefused();
}

const passkeyRefused = (): Rejected =>
  new Rejected('forbidden', 'The passkey was not taken: it is not one of ours, or it took too long. Try again.');
