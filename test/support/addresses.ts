/** The links and forms of pages, and the answers to those who follow them. */
import { deep } from './properties.js';
import type { TestServer } from './server.js';

/** The addresses to which a page leads: its links, and its forms that ask, as they are sent when nothing is filled in. */
export function addressesIn(html: string): string[] {
  const text = (value: string): string => value.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
  const links = [...html.matchAll(/href="(\/[^"#]*)/g)].map(([, href]) => text(href!));
  const forms = [...html.matchAll(/<form(?![^>]*method="post")[^>]*action="(\/[^"#]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action, body]) => {
      const hidden = [...body!.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
      const empty = [...body!.matchAll(/<input type="date" name="(since)"/g)];
      const query = new URLSearchParams(
        [...hidden, ...empty].map(([, name, value = '']) => [text(name!), text(value)]),
      );
      return query.size > 0 ? `${text(action!)}?${query}` : text(action!);
    },
  );
  return [...links, ...forms];
}

/** Whether one of so many is the first, the last or the one in the middle. */
const isFew = (of: number, i: number): boolean => i === 0 || i === of - 1 || i === of >> 1;

/**
 * Follows the links of pages. Links that differ only in their subject count as one kind: it follows the first, the last and one
 * between of each; in a deep run all. A link to an entry that the sitemap does not have is followed in any case. Pages tested
 * elsewhere are left out: lists of commitments, and downloads.
 * @returns how many addresses the pages lead to, and those not answered by 200 or to no place on the page, with the page that leads there
 */
export async function followLinks(
  server: TestServer,
  pages: readonly string[],
): Promise<{ readonly found: number; readonly broken: readonly string[] }> {
  const html = { accept: 'text/html' };
  const links = new Map<string, string>();
  const broken: string[] = [];
  for (const page of pages) {
    const { status, body } = await server.get(page, html);
    if (status !== 200) broken.push(`${status} ${page}`);
    for (const [, place] of String(body).matchAll(/href="#([^"]+)"/g))
      if (!String(body).includes(`id="${place}"`)) broken.push(`#${place} (on ${page})`);
    for (const href of addressesIn(String(body)))
      if (!href.startsWith('/commitments?') && !href.includes('take=')) links.set(href, page);
  }
  const alike = Map.groupBy(links, ([href]) => href.replace(/^(\/\w+\/)[^?]+/, '$1').replaceAll(/=[^&]*/g, ''));
  const sitemap = new Set(
    [...String((await server.get('/sitemap.xml')).body).matchAll(/<loc>https?:\/\/[^/<]+([^<]*)<\/loc>/g)].map(
      ([, path]) => path,
    ),
  );
  const isUnknown = ([href]: readonly [string, string]) =>
    /^\/(agencies|themes|forums|outcomes|documents|crosswalks)\/[^/?]+(\?|$)/.test(href) &&
    !sitemap.has(href.split('?', 1)[0]);
  for (const group of alike.values())
    for (const [href, page] of group.filter((one, i) => deep || isFew(group.length, i) || isUnknown(one))) {
      const { status } = await server.get(href, html);
      if (status !== 200) broken.push(`${status} ${href} (on ${page})`);
    }
  return { found: links.size, broken };
}
