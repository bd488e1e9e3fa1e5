/** The addresses to which a page leads: its links, and its forms as they are sent when nothing is filled in. */
export function addressesIn(html: string): string[] {
  const text = (value: string): string => value.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
  const links = [...html.matchAll(/href="(\/[^"#]*)/g)].map(([, href]) => text(href!));
  const forms = [...html.matchAll(/<form[^>]*action="(\/[^"#]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(([, action, body]) => {
    const hidden = [...body!.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const empty = [...body!.matchAll(/<input type="date" name="(since)"/g)];
    const query = new URLSearchParams([...hidden, ...empty].map(([, name, value = '']) => [text(name!), text(value)]));
    return query.size > 0 ? `${text(action!)}?${query}` : text(action!);
  });
  return [...links, ...forms];
}
