/** docs/rights.md: who may do what, made of the document of the API, whose routes carry the lines of the tables. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { RIGHTS_EXTENSION, type RouteRights } from '#platform';
import { ACCOUNT_ROLE_RULES, ACCOUNT_ROLES, AGENCY_RELATIONS } from '#words';

interface Route {
  readonly operationId: string;
  readonly address: string;
  readonly rights?: RouteRights;
  readonly needsToken: boolean;
}

const HTTP_METHODS = ['get', 'post', 'put'] as const;

/** Every route of the document, with its line. */
export const routesOf = ({ paths }: Pick<OpenAPIObject, 'paths'>): Route[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    HTTP_METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const rights = (operation as unknown as Record<string, RouteRights | undefined>)[RIGHTS_EXTENSION];
      const address = `${method.toUpperCase()} ${path}`;
      return {
        operationId: operation.operationId!,
        address,
        rights,
        needsToken: (operation.security ?? []).length > 0,
      };
    }),
  );

const withoutUnderscores = (word: string): string => word.replaceAll('_', ' ');
const markdownRow = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const markdownTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [markdownRow(...heads), markdownRow(...heads.map(() => '---')), ...rows.map((cells) => markdownRow(...cells))].join(
    '\n',
  );
const scopeCell = ({ scope }: RouteRights): string => (scope === null ? 'any' : `\`${scope}\``);

const READING_ROLES = ACCOUNT_ROLES.filter((role) => !ACCOUNT_ROLE_RULES[role].acts)
  .map(withoutUnderscores)
  .join(', ');

const RIGHTS_INTRODUCTION = `# Rights

Made of the tables of acts and the marks of routes by \`node scripts/rights.mjs\`; a test compares it with them, and holds the
answers of a server against it.

A route that is not here is public: it needs no token, unless \`PUBLIC_READING\` is \`false\`. All others need a token or a
session. It may do what the role of its account may do, and of that what its scopes allow:

- \`read\`: what is not public yet, accounts, tokens
- \`report\`: how things stand
- \`record\`: what was undertaken, by whom, and what was wrong about it
- \`register\`: the registers, also by a document that comes with another act
- \`publish\`: reports and their words
- \`admin\`: accounts, roles, tokens, erasures

The secretariat may do every act, and an act for an agency where it says on what authority (\`onBehalf\`): then what that
agency may do. An alternate may do every act that a focal point may. Other roles (${READING_ROLES})
only read. An account that has several roles says in which it acts (\`Acting-For\`).`;

/** The whole of docs/rights.md. */
export function rightsInWords(document: Pick<OpenAPIObject, 'paths'>): string {
  const routes = routesOf(document);
  const conditions: string[] = [];
  const noted = (condition: string): string => {
    if (!conditions.includes(condition)) conditions.push(condition);
    return `if ${conditions.indexOf(condition) + 1}`;
  };
  const onCommitments = routes.flatMap(({ operationId, rights }) => (rights?.relations ? { operationId, rights } : []));
  const acts = onCommitments.map(({ operationId, rights }) => [
    `\`${operationId}\``,
    scopeCell(rights),
    ...AGENCY_RELATIONS.map((relation) => {
      const cell = rights.relations![relation];
      return typeof cell === 'string' ? noted(cell) : cell ? 'yes' : '–';
    }),
  ]);
  const others = routes.flatMap(({ operationId, address, rights }) => {
    if (!rights || rights.relations) return [];
    const roles = ACCOUNT_ROLES.map((role) => (rights.roles.includes(role) ? 'yes' : '–'));
    return [[`\`${operationId}\``, `\`${address}\``, scopeCell(rights), ...roles, rights.only ?? '']];
  });
  return `${[
    RIGHTS_INTRODUCTION,
    '## Acts on commitments',
    'Whether an act is an agency’s to do, by its relation to the commitment as it stands today. _Asked_ goes with a role: it ' +
      'may do what that role may, and this beside it. _Former lead_ and _none_ have no part in it now.',
    markdownTable(['act', 'scope', ...AGENCY_RELATIONS.map(withoutUnderscores)], acts),
    conditions.map((condition, i) => `${i + 1}. ${condition}`).join('\n'),
    '## Other routes',
    markdownTable(['operation', 'route', 'scope', ...ACCOUNT_ROLES.map(withoutUnderscores), 'only'], others),
  ].join('\n\n')}\n`;
}
