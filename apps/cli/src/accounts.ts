/** The verbs of accounts and tokens. */
import { appointmentFrom, endOfLastDay, heldOn, type AccessStore, type AccountRow, type NewAppointment } from '#access';
import { isFullDate, todayAt, type FullDate } from '#clocks';
import { isEmailAddress } from '#platform';
import { mailerOf } from '#mail';
import { Lookup } from '#registers';
import { ACCOUNT_ROLES, SCOPES, type Scope } from '#words';
import { openAccess, openLog } from '../../api/src/app.module.js';
import type { Purpose } from '../../api/src/log-stores.js';
import { wordAmong, type Settings } from '../../api/src/settings.js';

export interface TokenOptions {
  readonly secretariat?: boolean;
  readonly agency?: string;
  readonly account?: string;
  readonly scopes?: string;
  readonly expires?: string;
  readonly label: string;
}
export interface AppointOptions {
  readonly role: string;
  readonly agency?: string;
  readonly from?: string;
  readonly to?: string;
}
export interface AccountOptions extends Pick<AppointOptions, 'agency'> {
  readonly name: string;
  readonly email?: string;
  readonly machine?: boolean;
  readonly role?: string;
}

export async function withAccess<T>(
  settings: Settings,
  purpose: Purpose,
  use: (access: AccessStore) => Promise<T>,
): Promise<T> {
  const access = openAccess(settings, purpose);
  try {
    return await use(access);
  } finally {
    await access.close();
  }
}

/** @throws Error for an agency that is not registered */
async function refuseUnknown(settings: Settings, agency: string | undefined): Promise<void> {
  if (agency === undefined) return;
  const log = await openLog(settings, 'look');
  try {
    if (!(await new Lookup(log).has('agency', agency)))
      throw new Error(`There is no agency ${agency} in the register.`);
  } finally {
    await log.store.close();
  }
}

// ── Tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export async function addToken(settings: Settings, options: TokenOptions): Promise<void> {
  const { secretariat, agency, account, label } = options;
  if ([secretariat, agency, account].filter(Boolean).length !== 1)
    throw new Error('Say for whom: --secretariat, --agency CODE or --account ACCOUNT.');
  await refuseUnknown(settings, agency);
  const scopes = options.scopes === undefined ? undefined : scopesIn(options.scopes);
  const more = {
    ...(scopes && { scopes }),
    ...(options.expires !== undefined && { expires: endOfLastDay(dayIn('--expires', options.expires)) }),
  };
  await withAccess(settings, 'serve', async (access) => {
    const of = account === undefined ? null : await knownAccount(access, account);
    const { id, token } = of
      ? await access.give({ account: of.account, label, scopes: SCOPES, ...more })
      : await access.create(agency ?? null, label, undefined, more);
    console.log(`id     ${id}\ntoken  ${token}`);
  });
}

export const listTokens = (settings: Settings): Promise<void> =>
  withAccess(settings, 'look', async (access) => {
    const roles = new Map((await access.accounts.all()).map((row) => [row.account, rolesOn(row).join(', ')]));
    console.table(
      (await access.tokens()).map(({ id, account, label, scopes, created, expires, lastUsed, revoked }) => ({
        ...{ id, account, roles: roles.get(account), label, scopes: scopes.join(' ') },
        ...{ created, expires, lastUsed, revoked },
      })),
    );
  });

export const revokeTokens = (settings: Settings, which: string): Promise<void> =>
  withAccess(settings, 'look', async (access) => console.log(`${await access.revoke(which)} revoked`));

export async function rotateToken(settings: Settings, id: string, overlap: string): Promise<void> {
  const hours = Number(overlap);
  if (!(hours >= 0 && hours <= 720)) throw new Error(`--overlap takes hours from 0 to 720, not ${overlap}.`);
  await withAccess(settings, 'look', async (access) => {
    const fresh = await access.rotate(id, { overlapMs: hours * 3_600_000 });
    if (!fresh) throw new Error(`There is no token ${id} in use.`);
    console.log(`id     ${fresh.id}\ntoken  ${fresh.token}`);
  });
}

const scopesIn = (text: string): Scope[] => text.split(',').map((word) => wordAmong(SCOPES, word.trim(), '--scopes'));

// ── Accounts ────────────────────────────────────────────────────────────────────────────────────────────────────────

export async function addAccount(settings: Settings, options: AccountOptions): Promise<void> {
  const { name, email, machine = false, role, agency } = options;
  const first = role === undefined ? [] : [appointmentIn({ role, agency })];
  if (email !== undefined && !isEmailAddress(email)) throw new Error(`--email takes an e-mail address, not ${email}.`);
  await refuseUnknown(settings, agency);
  await withAccess(settings, 'serve', async (access) => {
    if (email !== undefined && (await access.accounts.byEmail(email)))
      throw new Error('Another account has this address: appoint that one.');
    const kind = machine ? 'machine' : 'person';
    console.log(`account  ${await access.accounts.open({ kind, name, email }, ...first)}`);
  });
}

export const listAccounts = (settings: Settings, { agency, at }: { agency?: string; at?: string }): Promise<void> =>
  withAccess(settings, 'look', async (access) => {
    const day = at === undefined ? todayAt(new Date()) : dayIn('--at', at);
    console.table(
      (await access.accounts.all(agency)).flatMap((row) => {
        const { account, kind, name, email, erased } = row;
        const roles = heldOn(row, day);
        const shown = { account, kind, name, email, ...(erased !== null && { erased }) };
        return roles.length === 0
          ? [shown]
          : roles.map(({ id, role, agency: of, since, until }) => ({ ...shown, role, agency: of, since, until, id }));
      }),
    );
  });

export async function appointAccount(settings: Settings, account: string, options: AppointOptions): Promise<void> {
  const appointment = appointmentIn(options);
  await refuseUnknown(settings, options.agency);
  await withAccess(settings, 'look', async (access) => {
    const { account: of, erased } = await knownAccount(access, account);
    if (erased !== null) throw new Error(`${account} was erased, and takes no role any more.`);
    console.log(`appointment  ${await access.accounts.appoint(of, appointment)}`);
  });
}

export const relieveAccount = (settings: Settings, id: string): Promise<void> =>
  withAccess(settings, 'look', async (access) => {
    const all = (await access.accounts.all()).flatMap(({ appointments }) => appointments);
    if (!all.some((one) => one.id === id)) throw new Error(`There is no appointment ${id}.`);
    await access.accounts.relieve(id);
    console.log('relieved');
  });

export const eraseAccount = (settings: Settings, account: string): Promise<void> =>
  withAccess(settings, 'look', async (access) => {
    const { email } = await knownAccount(access, account);
    const mailer = mailerOf(settings);
    if (email) await mailer.forget(email);
    await access.accounts.erase(account);
    // A letter may have been laid down meanwhile.
    if (email) await mailer.forget(email);
    console.log('erased');
  });

async function knownAccount(access: AccessStore, account: string): Promise<AccountRow> {
  const row = await access.accounts.one(account);
  if (!row) throw new Error(`There is no account ${account}.`);
  return row;
}

const rolesOn = (row: AccountRow): string[] =>
  heldOn(row, todayAt(new Date())).map(({ role, agency }) => `${role}${agency === null ? '' : ` of ${agency}`}`);

function appointmentIn({ role: named, from, to, ...of }: AppointOptions): NewAppointment {
  const role = wordAmong(ACCOUNT_ROLES, named, '--role');
  for (const [option, day] of Object.entries({ '--from': from, '--to': to })) if (day !== undefined) dayIn(option, day);
  return appointmentFrom({ role, from, to, ...of }, null);
}

/** @throws Error for a text that is no date */
function dayIn(option: string, text: string): FullDate {
  const refusal = new Error(`${option} takes a date, YYYY-MM-DD, not ${text}.`);
  if (!isFullDate(text)) throw refusal;
  return text;
}
