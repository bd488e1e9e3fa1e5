/** A report as one flow of headings and blocks, in runs of upright pages and of pages on their side: what is printed. */
import type { Block, Column, Inline, Section, Table } from './report.js';

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

/** Columns of this weight together are printed upright, heavier ones aside. */
const UPRIGHT = 12;

export const weightOf = (columns: readonly Column[]): number => columns.reduce((sum, { weight }) => sum + weight, 0);
export const isWide = ({ columns }: Pick<Table, 'columns'>): boolean => weightOf(columns) > UPRIGHT;

function* flat(sections: readonly Section[], level = 1): Generator<Heading | Block> {
  for (const { id, number, title, blocks, sections: below } of sections) {
    yield { type: 'heading', id, level, number, title };
    yield* blocks;
    yield* flat(below, level + 1);
  }
}

/** Wide tables that follow each other are aside, with the headings just before them and the paragraphs below these. */
export function runsOf(sections: readonly Section[]): Run[] {
  const runs: Run[] = [];
  const add = (aside: boolean, ...parts: (Heading | Block)[]) => {
    const last = runs.at(-1);
    if (last?.aside === aside) last.parts.push(...parts);
    else if (parts.length > 0) runs.push({ aside, parts });
  };
  let before: (Heading | Block)[] = [];
  for (const part of flat(sections)) {
    if (part.type === 'heading' || (part.type === 'paragraph' && before.length > 0)) {
      before.push(part);
      continue;
    }
    add(part.type === 'table' && isWide(part), ...before, part);
    before = [];
  }
  add(false, ...before);
  return runs;
}
