/** Sign-in links for the operator of the server: they need no mail server, and no provider. */
import type { AccessStore } from '#access';
import { mailerOf } from '#mail';
import { LINK_MINUTES, SignIn } from '#sign-in';
import type { AccountRole } from '#words';
import { DAY_MS } from '#clocks';
import { openAccess } from '../../api/src/app.module.js';
import { addressOfServer } from '../../api/src/address.js';
import type { Settings } from '../../api/src/settings.js';

export { LINK_MINUTES };

/** Prints a link by which a person signs in, once. @param who an address, or a pseudonym */
export async function printSignInLink(settings: Settings, who: string): Promise<void> {
  const access = openAccess(settings, 'look');
  try {
    const { accounts } = access;
    const known = await accounts.one((who.includes('@') ? await accounts.byEmail(who) : who) ?? '');
    if (!known || known.name === null) throw new Error(`${who} is no account of a person.`);
    const there = { ...settings, publicUrl: await addressOfServer(settings) };
    console.log(`${await linkFor(there, access, known.account)}\nIt works once, for ${LINK_MINUTES} minutes.`);
  } finally {
    await access.close();
  }
}

const linkFor = (settings: Settings, access: AccessStore, account: string): Promise<string> =>
  new SignIn(access, mailerOf(settings), settings).links.make(account, 'command line');

/** A link that signs in a person of the demo, whose role ends in a day. */
export async function demoLink(
  settings: Settings,
  access: AccessStore,
  name: string,
  role: AccountRole,
  agency: string | null,
): Promise<string> {
  const { accounts } = access;
  const email = `${role}@demo.invalid`;
  const account = (await accounts.byEmail(email)) ?? (await accounts.open({ kind: 'person', name, email }));
  for (const { id } of (await accounts.one(account))!.appointments) await accounts.relieve(id);
  await accounts.appoint(account, { role, agency, until: new Date(Date.now() + DAY_MS) });
  return linkFor(settings, access, account);
}
