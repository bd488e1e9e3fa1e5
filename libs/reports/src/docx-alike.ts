/** Packs a DOCX without the values that the library takes from the clock and from chance. */
import type * as Docx from 'docx';
import { strToU8, zipSync } from 'fflate';
import { FIRST_DAY } from '#tables';

interface Compiler {
  compile(document: Docx.Document): ReadonlyMap<string, string | Uint8Array>;
}

/**
 * The parts of a document by their paths, as the library packs them. It keeps them private: unpacking the finished file
 * would compress them twice.
 */
export const packedParts = (library: typeof Docx, document: Docx.Document): ReadonlyMap<string, string | Uint8Array> =>
  (library.Packer as unknown as { readonly compiler: Compiler }).compiler.compile(document);

/**
 * A file of these parts without the values that the library takes from the clock, from chance and from the documents
 * before it: times, ids of links and of bookmarks.
 */
export function alike(parts: ReadonlyMap<string, string | Uint8Array>, asOf: string): Uint8Array {
  const ids = new Map<string, string>();
  for (const [path, part] of parts)
    if (path.endsWith('.rels'))
      for (const [, id = ''] of String(part).matchAll(/ Id="(rId[^"]*)"/g))
        if (!/^rId\d+$/.test(id)) ids.set(id, `rIdLink${ids.size + 1}`);
  const marks = new Map<string, string>();
  const mark = (id: string) => marks.get(id) ?? (marks.set(id, String(marks.size + 1)), marks.get(id)!);
  const same = (path: string, text: string): string => {
    // Quotation marks in people's words are entities, so these are attributes.
    const named = text
      .replaceAll(
        / (Id|r:id|r:embed)="(rId[^"]*)"/g,
        (_, name: string, id: string) => ` ${name}="${ids.get(id) ?? id}"`,
      )
      .replaceAll(
        /(<w:bookmark(?:Start|End)\b[^>]* w:id=)"(\d+)"/g,
        (_, start: string, id: string) => `${start}"${mark(id)}"`,
      );
    return path === 'docProps/core.xml' ? named.replaceAll(/>[\dT:.-]{19,}Z</g, `>${asOf}T00:00:00Z<`) : named;
  };
  const files = [...parts].map(
    ([path, part]) => [path, typeof part === 'string' ? strToU8(same(path, part)) : part] as const,
  );
  return zipSync(Object.fromEntries(files), { mtime: FIRST_DAY });
}
