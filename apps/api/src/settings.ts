/** The settings, read from the environment; nothing else of ours reads it. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { isPostgres } from '#databases';
import type { Budgets, LogSettings } from '#platform';
import type { SignInSettings } from '#sign-in';
import { holdsUser, isWholeNumber } from '#text';

const LOG_FORMATS = ['text', 'json'] as const satisfies readonly LogSettings['logFormat'][];
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const satisfies readonly LogSettings['logLevel'][];

/** Everything that can be set, read from the environment here and nowhere else. The README's table says the same. */
export interface Settings extends LogSettings, Budgets {
  readonly host: string;
  readonly port: number;
  /** The folder of the embedded stores. */
  readonly dataDir: string;
  /** URL of the log, of one of the `LOG_STORES`. */
  readonly logUrl: string;
  /** URL of tokens and idempotency keys: `sqlite:FILE`, or `postgres://…`. */
  readonly accessUrl: string;
  /** URL of drafts: `sqlite:FILE`, or `postgres://…`. */
  readonly draftsUrl: string;
  /** Whether this is the demo, whose tokens work nowhere else; set by its verb. */
  readonly demo: boolean;
  /** URL of webhooks and their unsent messages: `sqlite:FILE`, or `postgres://…`. */
  readonly webhooksUrl: string;
  /** Whether webhooks may reach private addresses. */
  readonly webhooksToPrivate: boolean;
  /** The time for which a server that is to end goes on as before, except that it says it is not ready. */
  readonly drainMs: number;
  /** The time for which a start waits for databases that cannot be reached yet. */
  readonly startPatienceMs: number;
  /** Whether reading needs no token. */
  readonly publicReading: boolean;
  /** The sites whose pages may read in a browser: all (`*`), or their origins; empty: none. */
  readonly corsOrigins: '*' | readonly string[];
  /** The time that a request may take to arrive. */
  readonly requestTimeoutMs: number;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** The largest body taken, in bytes. */
  readonly bodyLimit: number;
  /** Whether it refuses settings that are unsafe on the internet. */
  readonly production: boolean;
  /** Whether it is another than that on which it listens. */
  readonly publicUrlIsSet: boolean;
  /** Whether the settings say an address at all, be it in part. */
  readonly addressIsSaid: boolean;
  /** The public address, when it is not http://HOST:PORT. */
  readonly publicUrl: string;
  /** The time for which a report that was made in the background is kept, in hours. */
  readonly reportsKeptHours: number;
  /** The days for which the audit is kept. */
  readonly auditDays: number;
  /** The publisher of the figures, as they are cited. */
  readonly publisher: string;
  /** The licence of the data, by its SPDX name; `null`: its publisher states none. */
  readonly dataLicence: string | null;
  /** How long people stay signed in. */
  readonly sessions: { readonly idleMs: number; readonly longestMs: number };
  /** The OpenID Connect provider; `null`: there is none. */
  readonly provider: SignInSettings['provider'];
  /** The server that takes letters, `smtp://…` or `smtps://…`; `null`: they are laid in a folder of `dataDir`. */
  readonly smtpUrl: string | null;
  /** Whether people may ask for sign-in links by letter. */
  readonly signInLinks: boolean;
  /** The sender of letters. */
  readonly mailFrom: string;
  /** The share of the traces beginning here that is recorded and exported, from 0 to 1; `null`: tracing is off. */
  readonly traced: number | null;
}

/** @throws Error that names the variable and its valid values */
export function settingsFrom(env: NodeJS.ProcessEnv = process.env): Settings {
  const dataDir = env['DATA_DIR'] ?? '.followthrough';
  const host = env['HOST'] ?? '127.0.0.1';
  const port = wholeNumber(env, 'PORT', 3000, 0, 65535);
  const accessUrl = secret(env, 'ACCESS_URL') ?? `sqlite:${join(dataDir, 'access.db')}`;
  const ownUrl = `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`;
  const publicReading = knownWord(env, 'PUBLIC_READING', ['true', 'false'], 'true') === 'true';
  return {
    host,
    port,
    dataDir,
    logUrl: secret(env, 'LOG_URL') ?? `sqlite:${join(dataDir, 'log.db')}`,
    accessUrl,
    draftsUrl:
      secret(env, 'DRAFTS_URL') ?? (isPostgres(accessUrl) ? accessUrl : `sqlite:${join(dataDir, 'drafts.db')}`),
    demo: false,
    webhooksUrl: secret(env, 'WEBHOOKS_URL') ?? `sqlite:${join(dataDir, 'webhooks.db')}`,
    webhooksToPrivate: knownWord(env, 'WEBHOOKS_TO_PRIVATE', ['true', 'false'], 'false') === 'true',
    drainMs: wholeNumber(env, 'DRAIN_MS', 250, 0, 600_000),
    startPatienceMs: wholeNumber(env, 'START_PATIENCE_MS', 30_000, 0, 3_600_000),
    publicReading,
    corsOrigins: originsIn(env),
    requestTimeoutMs: wholeNumber(env, 'REQUEST_TIMEOUT_MS', 30_000, 100, 3_600_000),
    trustedProxies: proxiesIn(env),
    rateLimit: rate(env, 'RATE_LIMIT', 1_200),
    tokenRateLimit: rate(env, 'TOKEN_RATE_LIMIT', 6_000),
    signInRateLimit: rate(env, 'SIGN_IN_RATE_LIMIT', 30),
    concurrency: wholeNumber(env, 'CONCURRENCY', 128, 16, 100_000),
    sendTimeoutMs: wholeNumber(env, 'SEND_TIMEOUT_MS', 30_000, 100, 3_600_000),
    bodyLimit: wholeNumber(env, 'BODY_LIMIT', 262_144, 1_024, 900_000),
    production: env['NODE_ENV'] === 'production',
    publicUrlIsSet: (env['PUBLIC_URL'] || ownUrl) !== ownUrl,
    addressIsSaid: ['PUBLIC_URL', 'HOST', 'PORT'].some((name) => env[name]),
    publicUrl: publicUrlIn(env, ownUrl),
    reportsKeptHours: wholeNumber(env, 'REPORTS_KEPT_HOURS', 168, 1, 8_760),
    auditDays: wholeNumber(env, 'AUDIT_DAYS', 400, 31, 36_500),
    publisher: env['PUBLISHER'] || 'Followthrough',
    dataLicence: env['DATA_LICENCE'] || null,
    sessions: {
      idleMs: wholeNumber(env, 'SESSION_IDLE_MINUTES', 120, 1, 100_000) * 60_000,
      longestMs: wholeNumber(env, 'SESSION_HOURS', 12, 1, 10_000) * 3_600_000,
    },
    provider: providerIn(env),
    signInLinks: knownWord(env, 'SIGN_IN_LINKS', ['true', 'false'], 'true') === 'true',
    ...lettersIn(env),
    logFormat: knownWord(env, 'LOG_FORMAT', LOG_FORMATS, 'text'),
    logLevel: knownWord(env, 'LOG_LEVEL', LOG_LEVELS, 'warn'),
    traced: tracedIn(env),
  };
}

/** It stands in pages, files and citations, so it holds nothing secret. */
function publicUrlIn(env: NodeJS.ProcessEnv, otherwise: string): string {
  const url = env['PUBLIC_URL'];
  if (!url) return otherwise;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new Error(`PUBLIC_URL takes an address such as https://followthrough.example.org, not ${url}.`);
  if (holdsUser(url)) throw new Error('PUBLIC_URL takes an address without a user and a password: it is published.');
  return url;
}

/** A setting with a secret may stand in a file instead, whose name is in `…_FILE`. */
function secret(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name];
  if (env[name]) throw new Error(`${name} and ${name}_FILE are both set.`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`${name}_FILE names a file that cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether the variables of OpenTelemetry ask for traces; the exporter reads its own OTEL_EXPORTER_OTLP_* itself. */
function tracedIn(env: NodeJS.ProcessEnv): number | null {
  const to = env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const exporter = knownWord(env, 'OTEL_TRACES_EXPORTER', ['otlp', 'none'] as const, to ? 'otlp' : 'none');
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] || 1);
  if (!(share >= 0 && share <= 1))
    throw new Error(`OTEL_TRACES_SAMPLER_ARG takes a number from 0 to 1, not ${env['OTEL_TRACES_SAMPLER_ARG']}.`);
  return exporter === 'none' ? null : share;
}

function providerIn(env: NodeJS.ProcessEnv): SignInSettings['provider'] {
  const issuer = env['OIDC_ISSUER'] || null;
  const clientId = env['OIDC_CLIENT_ID'] || null;
  const audience = env['OIDC_AUDIENCE'] || null;
  const clientSecret = secret(env, 'OIDC_CLIENT_SECRET') || null;
  const [roles, name] = [env['OIDC_ROLES'] ?? '', env['OIDC_NAME']];
  if (issuer === null) return null;
  const { protocol, hostname } = URL.canParse(issuer) ? new URL(issuer) : { protocol: '', hostname: '' };
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isHere))
    throw new Error(`OIDC_ISSUER takes the https address of an identity provider, not ${issuer}.`);
  if (clientId === null) throw new Error('OIDC_CLIENT_ID, by which the provider knows us, is needed with OIDC_ISSUER.');
  // A statement to us about who somebody is must not pass for a token.
  if (audience === clientId) throw new Error('OIDC_AUDIENCE must be another name than OIDC_CLIENT_ID.');
  return { issuer, clientId, clientSecret, audience, roles, name: name || hostname };
}

/** The sender is no guess: a server on the way refuses letters of a sender that is not its own. */
function lettersIn(env: NodeJS.ProcessEnv): Pick<Settings, 'smtpUrl' | 'mailFrom'> {
  const [smtpUrl, mailFrom] = [secret(env, 'SMTP_URL') || null, env['MAIL_FROM'] || null];
  if (smtpUrl !== null && (!URL.canParse(smtpUrl) || !/^smtps?:$/.test(new URL(smtpUrl).protocol)))
    throw new Error('SMTP_URL takes smtp://user:password@host:587, or smtps://…, and is something else.');
  if (smtpUrl !== null && mailFrom === null)
    throw new Error('MAIL_FROM, the sender of letters, is needed with SMTP_URL: Followthrough <no-reply@example.org>.');
  if (mailFrom !== null && !/^[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/.test(mailFrom))
    throw new Error(`MAIL_FROM takes an address, Followthrough <no-reply@example.org>, not ${mailFrom}.`);
  return { smtpUrl, mailFrom: mailFrom ?? 'Followthrough <no-reply@localhost>' };
}

/** Origins as browsers send them, `https://notebook.example.org`, separated by commas; or `*`, or `none`. */
function originsIn(env: NodeJS.ProcessEnv): Settings['corsOrigins'] {
  const given = (env['CORS_ORIGINS'] || 'none').split(',').map((one) => one.trim());
  if (given.join() === '*') return '*';
  if (given.join() === 'none') return [];
  const wrong = given.find((one) => !URL.canParse(one) || new URL(one).origin !== one);
  if (wrong !== undefined)
    throw new Error(`CORS_ORIGINS takes *, none, or origins such as https://example.org, not ${wrong}.`);
  return given;
}

/** Addresses and networks (CIDR), separated by commas. */
function proxiesIn(env: NodeJS.ProcessEnv): string[] {
  const given = (env['TRUSTED_PROXIES'] || 'none').split(',').map((one) => one.trim());
  if (given.join() === 'none') return [];
  const wrong = given.find((one) => {
    const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(one) ?? [];
    return isIP(address) === 0 || Number(bits ?? 0) > (isIP(address) === 6 ? 128 : 32);
  });
  if (wrong !== undefined)
    throw new Error(`TRUSTED_PROXIES takes addresses or networks such as 10.0.0.0/8, not ${wrong}.`);
  return given;
}

/** Requests a minute; 0: any number. */
const rate = (env: NodeJS.ProcessEnv, name: string, otherwise: number): number | null =>
  wholeNumber(env, name, otherwise, 0, 10_000_000) || null;

const knownWord = <T extends string>(env: NodeJS.ProcessEnv, name: string, known: readonly T[], otherwise: T): T =>
  wordAmong(known, env[name] || otherwise, name);

/** @param name of the setting or option @throws Error for another word */
export function wordAmong<T extends string>(known: readonly T[], value: string, name: string): T {
  const found = known.find((one) => one === value);
  if (!found) throw new Error(`${name} takes ${known.join(', ')}, not ${value}.`);
  return found;
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, otherwise: number, min: number, max: number): number {
  const text = env[name] || String(otherwise);
  const value = isWholeNumber(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max))
    throw new Error(`${name} takes a whole number from ${min} to ${max}, not ${env[name]}.`);
  return value;
}
