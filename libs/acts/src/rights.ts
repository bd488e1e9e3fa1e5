/** The rights of the route of an act, as its line says. */
import { rightsOf, type ActName } from '#commitments';
import { ACTING_ROLES, type RouteRights } from '#platform';
import { actTableOf, type Subject } from './owners.js';

export function rightsOfAct(subject: Subject, name: string): RouteRights {
  const { scope, ownedBy } = actTableOf(subject)[name]!;
  if (subject === 'commitment') return { scope, roles: ACTING_ROLES, relations: rightsOf(name as ActName) };
  if (ownedBy === undefined) return { scope, roles: ['secretariat'] };
  return { scope, roles: ACTING_ROLES, only: `for its own agency: \`${ownedBy}\` must be its code` };
}
