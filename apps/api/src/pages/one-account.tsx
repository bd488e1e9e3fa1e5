/** The page of one account, as its keepers see it: its roles, sessions and tokens, and how it ends. */
import type { AccountRow, TokenRow } from '#access';
import type { Principal } from '#platform';
import type { SessionRow } from '#sign-in';
import { ACCOUNT_ROLE_RULES, ACCOUNT_ROLES, type AccountRole } from '#words';
import { Options } from './choice.js';
import { PlainPage } from './layout.js';
import { Instant } from './links.js';
import { ACCOUNT_ROLE_WORDS, Roles, Tokens } from './roles.js';
import { ButtonForm, PostForm } from './signed-in.js';
import { path } from './view.js';
import { counted } from './words.js';

export type Agency = { readonly code: string; readonly name: string };

export const accountName = ({ name, account, erased }: Pick<AccountRow, 'name' | 'account' | 'erased'>): string =>
  name || (erased ? `Erased (${account})` : account);

interface RoleParts {
  /** The prefix of the names of the fields. */
  readonly within?: string;
  readonly principal: Principal;
  readonly agencies: readonly Agency[];
}

/** The fields of an appointment. */
export const RoleFields = ({ within = '', principal, agencies }: RoleParts) => {
  const roles = ACCOUNT_ROLES.filter((role) => ACCOUNT_ROLE_RULES[role].givenBy.includes(principal.role));
  const first: AccountRole = principal.agency === null ? 'focal_point' : 'alternate';
  return (
    <>
      <label>
        Role
        <select name={`${within}role`}>
          <Options of={roles.map((role) => [role, ACCOUNT_ROLE_WORDS[role]])} chosen={first} />
        </select>
      </label>
      <label>
        Agency
        <select name={`${within}agency`}>
          {principal.agency === null && <option value="">none: the secretariat, or a reader of everything</option>}
          <Options of={agencies.map(({ code, name }) => [code, `${code}: ${name}`])} chosen={principal.agency} />
        </select>
      </label>
      <label>
        From (left empty: at once)
        <input type="date" name={`${within}from`} />
      </label>
      <label>
        To, the last day (left empty: no end)
        <input type="date" name={`${within}to`} />
      </label>
    </>
  );
};

interface OneParts {
  readonly account: AccountRow;
  readonly principal: Principal;
  /** `null`: not for this reader. */
  readonly sessions: readonly SessionRow[] | null;
  readonly tokens: readonly TokenRow[] | null;
  readonly agencies: readonly Agency[];
}

export const OneAccount = ({ account, principal, sessions, tokens, agencies }: OneParts) => {
  const at = path('accounts', account.account);
  const isErased = account.erased !== null;
  return (
    <PlainPage
      title={accountName(account)}
      path="/accounts"
      eyebrow={<a href="/accounts">Accounts{principal.agency ? ` of ${principal.agency}` : ''}</a>}
      lead={
        <>
          <p>
            {isErased
              ? 'Everything that told who this is was erased.'
              : (account.email ?? 'Without an e-mail address.')}
          </p>
          <p class="note">
            Recorded as <span class="code">{account.account}</span>
          </p>
        </>
      }
    >
      <section id="roles">
        <h2>Roles</h2>
        <Roles appointments={account.appointments} ending={() => ({ action: `${at}/relieve` })} />
        {!isErased && (
          <details>
            <summary>Give another role</summary>
            <PostForm class="entry" action={`${at}/appoint`}>
              <RoleFields principal={principal} agencies={agencies} />
              <button type="submit">Appoint</button>
            </PostForm>
          </details>
        )}
      </section>
      {sessions && account.kind === 'person' && !isErased && (
        <section id="sessions">
          <h2>Signed in</h2>
          <p>
            {sessions.length === 0 ? 'Nowhere now.' : `In ${counted(sessions.length, 'browser')}, last seen `}
            {sessions[0] && <Instant at={sessions.reduce((a, { seen }) => (seen > a ? seen : a), '')} />}
          </p>
          {sessions.length > 0 && (
            <ButtonForm action={`${at}/sign-out`} quiet>
              Sign out everywhere
            </ButtonForm>
          )}
        </section>
      )}
      {tokens && (
        <section id="tokens">
          <h2>Tokens</h2>
          <Tokens tokens={tokens} at={`${at}/tokens`} />
        </section>
      )}
      {principal.role === 'secretariat' && !isErased && account.name !== null && (
        <section id="erase">
          <h2>Erase this person</h2>
          <p>
            Name, address, sessions and passkeys go for good, from every copy that is made from now on; roles and tokens
            end. What was done stays in the history, as done by <span class="code">{account.account}</span>.
          </p>
          <PostForm class="entry" action={`${at}/erase`}>
            <fieldset class="boxes">
              <legend>This cannot be taken back</legend>
              <label>
                <input type="checkbox" name="sure" required />
                <span>Erase {accountName(account)}</span>
              </label>
            </fieldset>
            <button type="submit">Erase</button>
          </PostForm>
        </section>
      )}
    </PlainPage>
  );
};
