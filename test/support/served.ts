/** The routes that a server answers, as it found them. */
import type { TestServer } from './server.js';

/** Each as `post /v1/agencies/{code}/rename`. */
export function servedBy({ app }: TestServer): string[] {
  const fastify = app.getHttpAdapter().getInstance() as { printRoutes(options: object): string };
  return routesOf(fastify.printRoutes({ commonPrefix: false }));
}

/** `method path` of every route that Fastify prints as a tree. */
function routesOf(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, segment, methods] = /^((?:[│ ] {3})*[├└]── )(\S*)(?: \((.+)\))?$/.exec(line) ?? [];
    if (indent === undefined) return [];
    above.splice(indent.length / 4 - 1, above.length, segment!);
    const path = above
      .join('')
      .replaceAll(/:(\w+)/g, '{$1}')
      .replace(/(?<=.)\/$/, '');
    return (methods ?? '')
      .split(', ')
      .filter((method) => method && method !== 'HEAD')
      .map((method) => `${method.toLowerCase()} ${path}`);
  });
}
