/** The head and foot of each printed page, as a stylesheet of its own: no style stands in a page. */
import { IsString, MaxLength } from 'class-validator';

/** The texts in the margins of a printed page. */
export interface Margins {
  readonly head: readonly [left: string, right: string];
  readonly foot: string;
}

const MAX_MARGIN_CHARS = 300;

/** The same as the query of its stylesheet. */
export class MarginsQuery {
  @IsString() @MaxLength(MAX_MARGIN_CHARS) left: string;
  @IsString() @MaxLength(MAX_MARGIN_CHARS) right: string;
  @IsString() @MaxLength(MAX_MARGIN_CHARS) foot: string;
}

export const MARGINS_PATH = '/assets/margins.css';

/** The address of the stylesheet with these margins. */
export function marginsPath({ head: [left, right], foot }: Margins): string {
  const cut = (text: string): string =>
    [...text]
      .slice(0, MAX_MARGIN_CHARS / 2)
      .join('')
      .toWellFormed();
  return `${MARGINS_PATH}?${new URLSearchParams({ left: cut(left), right: cut(right), foot: cut(foot) })}`;
}

/** Rules for the margins; the number of the page stands in the stylesheet of all pages. */
export function marginsCss({ left, right, foot }: MarginsQuery): string {
  const box = (name: string, text: string) => `@${name}{content:"${cssText(text)}"}`;
  return `@page{${box('top-left', left)}${box('top-right', right)}${box('bottom-left', foot)}}`;
}

/** A text in a string of CSS. */
const cssText = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N} ,.:–-]/gu, (c) => `\\${c.codePointAt(0)!.toString(16)} `);
