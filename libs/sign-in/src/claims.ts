/** The roles that claims of an identity provider stand for, by the rules of the operator. */
import { ACCOUNT_ROLES, fitsAgency, type AccountRole } from '#words';

/** A person with `value` in the claim has the role, of the agency. */
export interface RoleRule {
  /** `groups`, or the way to one within others: `realm_access.roles`. */
  readonly claim: string;
  readonly value: string;
  readonly role: AccountRole;
  readonly agency: string | null;
}

export type TokenClaims = Readonly<Record<string, unknown>>;

/**
 * The rules in a text: `groups=ft-secretariat: secretariat; groups=ft-iom: focal_point IOM`.
 * @throws Error that names the first rule that is none
 */
export function roleRulesIn(text: string): RoleRule[] {
  return text
    .split(';')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
    .map((rule) => {
      const [, claim, value, named, agency = null] = /^([^=\s]+)=(.+?)\s*:\s*(\w+)(?:\s+(\S+))?$/.exec(rule) ?? [];
      const role = ACCOUNT_ROLES.find((one) => one === named);
      if (!claim || !value || !role || !fitsAgency(role, agency))
        throw new Error(
          `A rule for roles is such as groups=ft-iom: focal_point IOM, or groups=ft-all: secretariat; not ${rule}.`,
        );
      return { claim, value, role, agency };
    });
}

/** The texts in claims by a name, or by a way through several. */
function claimValues(claims: TokenClaims, claim: string): readonly string[] {
  // A provider may use names with dots, such as addresses.
  const at = Object.hasOwn(claims, claim)
    ? claims[claim]
    : claim.split('.').reduce<unknown>((within, step) => {
        const isObject = typeof within === 'object' && within !== null && Object.hasOwn(within, step);
        return isObject ? (within as TokenClaims)[step] : undefined;
      }, claims);
  return [at].flat().filter((one): one is string => typeof one === 'string');
}

/** The roles that claims stand for, each once. */
export function rolesOfClaims(claims: TokenClaims, rules: readonly RoleRule[]): Pick<RoleRule, 'role' | 'agency'>[] {
  const found = rules.filter(({ claim, value }) => claimValues(claims, claim).includes(value));
  const byName = new Map(found.map(({ role, agency }) => [`${role} ${agency}`, { role, agency }]));
  return [...byName.values()];
}
