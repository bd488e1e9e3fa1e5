/** An index of a long page. */
import type { ComponentChildren } from 'preact';
import { count } from './words.js';

export interface ContentsEntry {
  /** Of the part of the page. */
  readonly id: string;
  readonly name: ComponentChildren;
  /** The number of items there. */
  readonly n?: number;
}

/** Leads to the parts of a page; nothing where there are fewer than two. */
export const Contents = ({ entries }: { entries: readonly (ContentsEntry | false | undefined)[] }) => {
  const some = entries.filter((entry) => Boolean(entry)) as ContentsEntry[];
  if (some.length < 2) return null;
  return (
    <nav class="contents" aria-label="On this page">
      <span>On this page</span>
      <ul>
        {some.map(({ id, name, n }) => (
          <li key={id}>
            <a href={`#${id}`}>{name}</a>
            {n !== undefined && <small> {count(n)}</small>}
          </li>
        ))}
      </ul>
    </nav>
  );
};
