/** A report as one flow of headings and blocks, in runs of upright pages and of pages on their side, for print. */
import { textOfInlines, type Block, type Column, type Inline, type Section, type Table } from './report.js';

export interface Heading {
  readonly type: 'heading';
  readonly id: string;
  /** 1 for those at the top. */
  readonly level: number;
  readonly number: string;
  readonly title: readonly Inline[];
}

export interface Run {
  /** Whether its pages lie on their side. */
  readonly aside: boolean;
  readonly parts: (Heading | Block)[];
}

/** Columns of this weight together are printed upright, heavier ones aside; with few rows, heavier ones do not turn the page. */
const [MAX_UPRIGHT_WEIGHT, MAX_UPRIGHT_WEIGHT_WITH_FEW_ROWS] = [12.5, 14] as const;
const FEW_ROWS = 3;
/** Paragraphs of so many letters together, about five lines, do not turn the page, nor does a list of as many. */
const MAX_SHORT_CHARS = 600;

export const columnsWeight = (columns: readonly Column[]): number =>
  columns.reduce((sum, { weight }) => sum + weight, 0);
const isWide = ({ columns }: Table): boolean => columnsWeight(columns) > MAX_UPRIGHT_WEIGHT;

function* flat(sections: readonly Section[], level = 1): Generator<Heading | Block> {
  for (const { id, number, title, blocks, sections: below } of sections) {
    yield { type: 'heading', id, level, number, title };
    yield* blocks;
    yield* flat(below, level + 1);
  }
}

const isShort = (texts: readonly (readonly Inline[])[]): boolean =>
  texts.reduce((sum, text) => sum + textOfInlines(text).length, 0) <= MAX_SHORT_CHARS;

/** Blocks that turn no page: they lie as the blocks on both sides of them. */
const turnsNothing = (block: Block): boolean =>
  block.type === 'table'
    ? block.rowCount <= FEW_ROWS && columnsWeight(block.columns) <= MAX_UPRIGHT_WEIGHT_WITH_FEW_ROWS
    : block.type === 'list' && isShort(block.items);

interface Group {
  readonly lies: 'aside' | 'upright' | 'either';
  readonly parts: readonly (Heading | Block)[];
}

/** Each table, chart or list with the headings just before it and the paragraphs below these, or with the paragraph before it. */
function groupsOf(sections: readonly Section[]): Group[] {
  const groups: Group[] = [];
  const add = (lies: Group['lies'], parts: Group['parts']) => void (parts.length > 0 && groups.push({ lies, parts }));
  const addParagraphs = (parts: Group['parts']) => {
    const texts = parts.map((part) => (part.type === 'paragraph' ? part.inlines : []));
    add(isShort(texts) ? 'either' : 'upright', parts);
  };
  let before: (Heading | Block)[] = [];
  for (const part of flat(sections)) {
    if (part.type === 'heading' || part.type === 'paragraph') {
      before.push(part);
      continue;
    }
    const heading = before.findIndex(({ type }) => type === 'heading');
    const leading = heading < 0 ? Math.max(0, before.length - 1) : heading;
    addParagraphs(before.slice(0, leading));
    const lies = part.type === 'table' && isWide(part) ? 'aside' : 'upright';
    add(turnsNothing(part) ? 'either' : lies, [...before.slice(leading), part]);
    before = [];
  }
  addParagraphs(before);
  return groups;
}

/** Wide tables that follow each other are aside, with short blocks between them or at the end; all else is upright. */
export function runsOf(sections: readonly Section[]): Run[] {
  const groups = groupsOf(sections);
  const runs: Run[] = [];
  for (const [i, { lies, parts }] of groups.entries()) {
    const last = runs.at(-1);
    const next = groups.slice(i + 1).find((group) => group.lies !== 'either');
    const aside = lies === 'either' ? last?.aside === true && next?.lies !== 'upright' : lies === 'aside';
    if (last?.aside === aside) last.parts.push(...parts);
    else runs.push({ aside, parts: [...parts] });
  }
  return runs;
}
