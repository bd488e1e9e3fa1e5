/** Words that people added to a report, as they stand in it: paragraphs, lists, emphasis and links, and nothing else. */
import type { ComponentChildren } from 'preact';
import { blocksOf, type Inline } from '#reports';

const inlines = (all: readonly Inline[]): ComponentChildren =>
  all.map((one, i) => {
    if (typeof one === 'string') return one;
    if (one.type === 'emphasis') return <em key={i}>{inlines(one.inlines)}</em>;
    if (one.type !== 'link') return 'text' in one ? one.text : '';
    return (
      <a key={i} href={one.href} rel="noreferrer nofollow">
        {inlines(one.inlines)}
      </a>
    );
  });

/** @param text Markdown */
export const NarrativeWords = ({ text }: { text: string }) => (
  <>
    {blocksOf(text).map((block, i) => {
      if (block.type === 'paragraph') return <p key={i}>{inlines(block.inlines)}</p>;
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List key={i} class="points">
          {block.items.map((item, n) => (
            <li key={n}>{inlines(item)}</li>
          ))}
        </List>
      );
    })}
  </>
);
