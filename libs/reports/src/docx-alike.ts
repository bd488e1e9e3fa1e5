/** Takes out of a DOCX what the library takes from the clock and from chance. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { FIRST_DAY } from '#tables';

/**
 * The same file without what the library takes from the clock, from chance and from the documents before it: times, ids of links
 * and of bookmarks.
 */
export function alike(file: Uint8Array, asOf: string): Uint8Array {
  const parts = unzipSync(file);
  const ids = new Map<string, string>();
  const texts = new Map(
    Object.entries(parts)
      .filter(([path]) => /\.(xml|rels)$/.test(path))
      .map(([path, bytes]) => [path, strFromU8(bytes)]),
  );
  for (const [path, text] of texts)
    if (path.endsWith('.rels'))
      for (const [, id = ''] of text.matchAll(/ Id="(rId[^"]*)"/g))
        if (!/^rId\d+$/.test(id)) ids.set(id, `rIdLink${ids.size + 1}`);
  const marks = new Map<string, string>();
  const mark = (id: string) => marks.get(id) ?? (marks.set(id, String(marks.size + 1)), marks.get(id)!);
  for (const [path, text] of texts) {
    // Quotation marks in what people wrote are entities, so these are attributes.
    const named = text
      .replaceAll(
        / (Id|r:id|r:embed)="(rId[^"]*)"/g,
        (_, name: string, id: string) => ` ${name}="${ids.get(id) ?? id}"`,
      )
      .replaceAll(
        /(<w:bookmark(?:Start|End)\b[^>]* w:id=)"(\d+)"/g,
        (_, start: string, id: string) => `${start}"${mark(id)}"`,
      );
    const dated = path === 'docProps/core.xml' ? named.replaceAll(/>[\dT:.-]{19,}Z</g, `>${asOf}T00:00:00Z<`) : named;
    parts[path] = strToU8(dated);
  }
  return zipSync(parts, { mtime: FIRST_DAY });
}
