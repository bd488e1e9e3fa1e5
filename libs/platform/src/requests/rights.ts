/** The rights on routes: who may use one, by which scope; docs/rights.md is made of these marks and of the tables of acts. */
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import { Rejected } from '#eventsourcing';
import { ACCOUNT_ROLES, ACCOUNT_ROLE_RULES, isActing, type AccountRole, type AgencyRelation, type Scope } from '#words';
import type { Principal } from './principal.js';

/** The line of a route in the table of rights. */
export interface RouteRights {
  /** Of the token or session; `null`: any token or session will do. */
  readonly scope: Scope | null;
  readonly roles: readonly AccountRole[];
  /** The condition beyond the role, in words. */
  readonly only?: string;
  /** Of an act on a commitment: whether it is an agency's to do by its relation, or on which condition. */
  readonly relations?: Readonly<Record<AgencyRelation, boolean | string>>;
}

/** The roles that act for somebody. */
export const ACTING_ROLES = ACCOUNT_ROLES.filter((role) => ACCOUNT_ROLE_RULES[role].acts);

/** The roles that give roles. */
export const APPOINTING_ROLES = ACCOUNT_ROLES.filter((giver) =>
  ACCOUNT_ROLES.some((role) => ACCOUNT_ROLE_RULES[role].givenBy.includes(giver)),
);

export const RIGHTS_METADATA = 'rights';
/** The line of a route, in the document of the API under this name. */
export const RIGHTS_EXTENSION = 'x-rights';

export const inDocument = (rights: RouteRights): MethodDecorator & ClassDecorator =>
  ApiExtension(RIGHTS_EXTENSION, rights) as MethodDecorator & ClassDecorator;

/** Says who may use a route. */
export const Rights = (rights: RouteRights): MethodDecorator =>
  applyDecorators(SetMetadata(RIGHTS_METADATA, rights), inDocument(rights), ApiBearerAuth('bearer'));

/** @throws Rejected `insufficient_scope`, of kind forbidden */
export function refuseWithoutScope({ scopes }: Pick<Principal, 'scopes'>, scope: Scope | null): void {
  if (scope === null || scopes.includes(scope)) return;
  throw new Rejected(
    'insufficient_scope',
    `This needs a token with the scope ${scope}; this one has ${scopes.join(', ') || 'none'}.`,
    [],
    'forbidden',
  );
}

/** @throws Rejected `forbidden` | `insufficient_scope` */
export function refuseWithout(principal: Principal, { scope, roles }: RouteRights): void {
  if (!roles.includes(principal.role)) throw new Rejected('forbidden', whyNot(principal, roles));
  refuseWithoutScope(principal, scope);
}

const whyNot = (principal: Principal, roles: readonly AccountRole[]): string => {
  if (roles.length === 1 && roles[0] === 'secretariat')
    return 'This is for the secretariat, which keeps the registers.';
  if (!isActing(principal)) return 'This account acts for nobody, or for several: say for whom, Acting-For: CODE.';
  return `This is for ${roles.join(', ').replaceAll('_', ' ')}.`;
};
