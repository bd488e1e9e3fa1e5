/** The addresses of subjects and acts. */
import { wholeNumberIn } from '#platform';
import type { ActLine } from '#registers';
import { PATHS } from '#words';
import { type RouteParameters } from './acts.js';
import { actTableOf, type Subject } from './owners.js';

const PARAMETER = /:(\w+)/g;

/** The parameters of an act's route beside its subject. */
export const parameterNamesOf = ({ path }: Pick<ActLine, 'path'>): (keyof RouteParameters)[] =>
  [...path.matchAll(PARAMETER)].map(([, name]) => name as keyof RouteParameters);

export const actAddress = (
  subject: Subject,
  id: string | null,
  act: { readonly act: string } & RouteParameters,
): string => {
  const { path } = actTableOf(subject)[act.act]!;
  const below = path.replace(PARAMETER, (_, name: keyof RouteParameters) => encodeURIComponent(String(act[name])));
  return ['/v1', PATHS[subject], ...(path && id !== null ? [encodeURIComponent(id)] : []), below]
    .filter(Boolean)
    .join('/');
};

export const isNumber = (name: keyof RouteParameters): boolean => name !== 'agency';

/** The parameters of a request's address. @throws Rejected */
export function parametersOf(
  params: Readonly<Record<string, string>>,
  names: readonly (keyof RouteParameters)[],
): RouteParameters {
  return Object.fromEntries(
    names.map((name) => {
      const text = params[name]!;
      return [name, isNumber(name) ? wholeNumberIn(name, text) : text];
    }),
  );
}
