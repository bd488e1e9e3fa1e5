/** Parts of long pages, so that they fit a telephone. */
import type { ComponentChildren } from 'preact';

interface FoldedParts {
  /** The index of the page leads here; the browser unfolds it then. */
  readonly id?: string;
  readonly title: ComponentChildren;
  /** Beside the title: how much there is. */
  readonly note?: ComponentChildren;
  readonly open: boolean;
  readonly level?: 2 | 3 | 4;
  readonly children: ComponentChildren;
}

/** Folded where there is much of it; on paper always open. */
export const Folded = ({ id, title, note, open, level = 3, children }: FoldedParts) => {
  const Heading = `h${level}` as const;
  return (
    <details class="framework" open={open}>
      <summary>
        <Heading dir="auto">{title}</Heading> {note && <small>{note}</small>}
      </summary>
      <div id={id}>{children}</div>
    </details>
  );
};
