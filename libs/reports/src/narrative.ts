/** Words that people add to a report: Markdown of a safe subset, read into blocks at the head of their section. */
import { Lexer, type Token, type Tokens } from 'marked';
import type { Narrative as Written } from '#bodies';
import { BLANKED_TEXT } from '#commitments';
import { isTangled } from '#text';
import type { Inline, Language, List, Narrative, Paragraph, Section } from './report.js';

/** Only such addresses, of signs that stand in one (RFC 3986), are linked; others are shown as text. */
const WEB_ADDRESS = /^https?:\/\/[^\s"<>\\^`{|}]+$/;

/** The inlines of Markdown: emphasis, once, and links stay, all else is its text. */
const inlinesOf = (tokens: readonly Token[] = [], emphasised = false): Inline[] =>
  tokens.flatMap((token): Inline | Inline[] => {
    const emphasises = token.type === 'strong' || token.type === 'em';
    const within = 'tokens' in token && token.tokens ? inlinesOf(token.tokens, emphasised || emphasises) : [];
    switch (token.type) {
      case 'strong':
      case 'em':
        return emphasised ? within : { type: 'emphasis', inlines: within };
      case 'link':
        return WEB_ADDRESS.test(token.href as string)
          ? { type: 'link', inlines: within, href: token.href as string }
          : within;
      case 'br':
        return ' ';
      case 'escape':
        return token.text as string;
      default:
        return within.length > 0 ? within : ((token as { text?: string }).text ?? token.raw);
    }
  });

/** The items of a list, each followed by those of the lists in it. */
const itemsOf = ({ items }: Tokens.List): Inline[][] =>
  items.flatMap(({ tokens }) => {
    const lists = tokens.filter((token): token is Tokens.List => token.type === 'list');
    const words = tokens.filter(({ type }) => type !== 'list' && type !== 'space');
    const said = words.flatMap((token, i) => [...(i > 0 ? [' '] : []), ...inlinesOf([token])]);
    return [...(said.length > 0 ? [said] : []), ...lists.flatMap(itemsOf)];
  });

const paragraph = (inlines: readonly Inline[]): Paragraph => ({ type: 'paragraph', number: 0, inlines });

/**
 * Markdown as paragraphs and lists. A heading is a paragraph in bold; HTML and code are shown as they were written, and so is
 * all of it where it is tangled.
 */
export const blocksOf = (markdown: string): (Paragraph | List)[] =>
  isTangled(markdown)
    ? markdown.split(/\n\s*\n/).flatMap((text) => (text.trim() ? paragraph([text.trim()]) : []))
    : blocksIn(markdown);

const blocksIn = (markdown: string): (Paragraph | List)[] =>
  new Lexer({ gfm: true }).lex(markdown).flatMap((token): Paragraph | List | (Paragraph | List)[] => {
    if (token.type === 'space' || token.type === 'hr' || token.type === 'def') return [];
    if (token.type === 'list') {
      return { type: 'list', ordered: token.ordered as boolean, items: itemsOf(token as Tokens.List) };
    }
    if (token.type === 'heading') return paragraph([{ type: 'emphasis', inlines: inlinesOf(token.tokens) }]);
    if (token.type === 'blockquote') return blocksIn(token.text as string);
    return paragraph(
      'tokens' in token && token.tokens ? inlinesOf(token.tokens) : [(token as { text?: string }).text ?? token.raw],
    );
  });

/** The ids of all sections, in the order in which they are read. */
export const sectionIdsIn = (sections: readonly Section[]): string[] =>
  sections.flatMap(({ id, sections: below }) => [id, ...sectionIdsIn(below)]);

/** The narratives of a report in a language: those written in that language, and in others only where there is none. */
const readIn = (language: Language, written: readonly Written[]): Written[] => {
  const whose = ({ section, agency }: Written) => `${section} ${agency ?? ''}`;
  const own = new Set(written.filter((one) => one.language === language).map(whose));
  return written.filter((one) => one.language === language || !own.has(whose(one)));
};

/**
 * The sections of a report with the words that were added to them, each at the head of its section, those of the secretariat first.
 * @param lines the attribution of the words of an agency (`null`: of the secretariat), and the line for erased words
 */
export function withNarratives(
  sections: readonly Section[],
  written: readonly Written[],
  language: Language,
  { textOf, removed }: { readonly textOf: (agency: string | null) => string; readonly removed: string },
): Section[] {
  const headed = (section: Section): Section => {
    const own = readIn(language, written)
      .filter((one) => one.section === section.id)
      .toSorted((a, b) => Number(Boolean(a.agency)) - Number(Boolean(b.agency)) || a.revision - b.revision)
      .map(({ language: lang, text, agency = null }): Narrative => ({
        type: 'narrative',
        lang,
        blocks: text === BLANKED_TEXT ? [paragraph([{ type: 'emphasis', inlines: [removed] }])] : blocksOf(text),
        attribution: textOf(agency),
        agency,
        round: null,
      }));
    return { ...section, blocks: [...own, ...section.blocks], sections: section.sections.map(headed) };
  };
  return sections.map(headed);
}
