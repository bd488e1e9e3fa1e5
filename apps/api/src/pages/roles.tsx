/** Roles and tokens of accounts, as the pages of accounts show them. */
import type { AccountRow, AppointmentRow, TokenRow } from '#access';
import { ACCOUNT_ROLE_RULES, SCOPES, type AccountRole, type Scope } from '#words';
import { Instant } from './links.js';
import { ButtonForm } from './signed-in.js';

export const ACCOUNT_ROLE_WORDS: Readonly<Record<AccountRole, string>> = {
  secretariat: 'Secretariat',
  focal_point: 'Focal point',
  alternate: 'Alternate focal point',
  reader: 'Reader',
};

export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  read: 'read what is not public yet',
  report: 'report how things stand',
  record: 'record what was undertaken, and by whom',
  register: 'keep the registers',
  publish: 'publish reports',
  admin: 'keep accounts and tokens',
};

type RoleForAgency = Pick<AppointmentRow, 'role' | 'agency'>;

/** `Focal point of IOM`, `Reader of everything`. */
export const appointmentWords = ({ role, agency }: RoleForAgency): string => {
  const of = agency ?? (ACCOUNT_ROLE_RULES[role].agency === 'possible' ? 'everything' : null);
  return of === null ? ACCOUNT_ROLE_WORDS[role] : `${ACCOUNT_ROLE_WORDS[role]} of ${of}`;
};

/** The roles that an account has now. */
export const presentOf = ({ appointments }: Pick<AccountRow, 'appointments'>): readonly AppointmentRow[] => {
  const now = new Date().toISOString();
  return appointments.filter(({ since, until }) => since <= now && (until === null || until > now));
};

/** When a token or a passkey was last used; null: never. */
export const LastUse = ({ at }: { at: string | null }) =>
  at === null ? (
    <>never used</>
  ) : (
    <>
      last used <Instant at={at} />
    </>
  );

/** From when, and to when where that is said. */
export const RolePeriod = ({ since, until }: Pick<AppointmentRow, 'since' | 'until'>) => (
  <>
    from <Instant at={since} />
    {until !== null && (
      <>
        {' '}
        to <Instant at={until} />
      </>
    )}
  </>
);

interface RolesParts {
  readonly appointments: readonly AppointmentRow[];
  /** The form by which one of them is ended, where the reader may. */
  readonly ending?: (one: AppointmentRow) => { readonly action: string } | null;
}

/** The roles of an account over time, the present ones first. */
export const Roles = ({ appointments, ending = () => null }: RolesParts) => {
  const now = new Date().toISOString();
  const isOver = ({ until }: AppointmentRow): boolean => until !== null && until <= now;
  const ordered = [...appointments].sort(
    (a, b) => Number(isOver(a)) - Number(isOver(b)) || (a.since < b.since ? 1 : -1),
  );
  if (ordered.length === 0) return <p>None so far. The secretariat gives roles.</p>;
  return (
    <ul class="items">
      {ordered.map((one) => {
        const form = isOver(one) ? null : ending(one);
        return (
          <li key={one.id} class={isOver(one) ? 'past' : undefined}>
            <div>
              <strong>{appointmentWords(one)}</strong>
              <small>
                <RolePeriod {...one} />
              </small>
            </div>
            {form && (
              <ButtonForm
                action={form.action}
                hidden={{ appointment: one.id }}
                quiet
                label={`Relieve as ${appointmentWords(one)}`}
              >
                Relieve
              </ButtonForm>
            )}
          </li>
        );
      })}
    </ul>
  );
};

/** The scopes that an account in these roles may give to a token. */
export const scopesFor = (present: readonly RoleForAgency[]): readonly Scope[] =>
  SCOPES.filter((scope) => scope !== 'admin' || present.some(({ role }) => role === 'secretariat'));

export const isGood = ({ revoked, expires }: TokenRow): boolean =>
  revoked === null && expires > new Date().toISOString();

/** The tokens of an account that can be used, each with the forms that change it. */
export const Tokens = ({
  tokens,
  at,
  mayRotate = false,
}: {
  tokens: readonly TokenRow[];
  at: string;
  mayRotate?: boolean;
}) => {
  const good = tokens.filter(isGood);
  const past = tokens.length - good.length;
  return (
    <>
      {good.length === 0 && <p>None now.</p>}
      <ul class="items">
        {good.map(({ id, label, scopes, created, expires, lastUsed }) => (
          <li key={id}>
            <div>
              <strong dir="auto">{label}</strong>
              <small>
                may {scopes.map((scope) => SCOPE_WORDS[scope]).join(', ') || 'nothing'}. Made <Instant at={created} />,
                good until <Instant at={expires} />, <LastUse at={lastUsed} />.
              </small>
            </div>
            <div class="acts">
              {mayRotate && (
                <ButtonForm action={`${at}/rotate`} hidden={{ id }} quiet label={`Replace the token ${label}`}>
                  Replace
                </ButtonForm>
              )}
              <ButtonForm action={`${at}/revoke`} hidden={{ id }} quiet label={`Revoke the token ${label}`}>
                Revoke
              </ButtonForm>
            </div>
          </li>
        ))}
      </ul>
      {past > 0 && <p class="note">{past === 1 ? 'One other has' : `${past} others have`} expired, or were revoked.</p>}
    </>
  );
};
