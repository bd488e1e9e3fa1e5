/** Charts as files: pictures that stand alone, with title, date and source in them. */
import { escaped } from '#text';
import type { Stage } from '#commitments';
import { LIGHT_COLOURS } from './stylesheet.js';
import { count, SHOWN_STAGES, STAGE_WORDS } from './words.js';

/** A chart by itself. */
export interface Drawing {
  /** SVG in the colours of the stylesheet. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** The number of commitments of each colour, where it stands beside it. */
  readonly counts?: Readonly<Record<Stage, number>>;
  /** The meaning of a dotted line. */
  readonly dotted?: string;
}

/** The surroundings of a chart. */
interface Frame {
  readonly title: string;
  /** Its date, and when that was recorded. */
  readonly state: string;
  /** The publisher, and the address of the page. */
  readonly source: string;
}

const FONT_FAMILY = "'DejaVu Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
const [PICTURE_MARGIN, LINE_HEIGHT, LEGEND_HEIGHT] = [24, 22, 30] as const;

/** A text in lines of at most so many characters; a word that is longer is broken. */
export function wrappedLines(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${most}}`, 'gu')) ?? [])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A picture with all that a reader needs to know of it; colours are those of the light stylesheet, as they are printed. */
export function standalonePicture(
  { title, state, source }: Frame,
  { svg, width, height, counts, dotted }: Drawing,
): string {
  const parts: string[] = [];
  let y = PICTURE_MARGIN;
  const say = (text: string, size: number, attributes = '') => {
    for (const line of wrappedLines(text, Math.floor(width / (size * 0.58)))) {
      y += size * 1.35;
      parts.push(`<text x="${PICTURE_MARGIN}" y="${y}" font-size="${size}" ${attributes}>${escaped(line)}</text>`);
    }
  };
  say(title, 22, 'font-weight="bold" fill="var(--ink)"');
  say(state, 14, 'fill="var(--soft)"');
  y += LEGEND_HEIGHT;
  let x = PICTURE_MARGIN;
  const key = (mark: string, words: string) => {
    const wide = 26 + words.length * 8.5 + 18;
    if (x + wide > width + PICTURE_MARGIN) {
      x = PICTURE_MARGIN;
      y += LINE_HEIGHT;
    }
    parts.push(
      `<g transform="translate(${x} ${y})">${mark}<text x="22" font-size="14" fill="var(--soft)">${escaped(words)}</text></g>`,
    );
    x += wide;
  };
  for (const stage of SHOWN_STAGES)
    key(
      `<rect y="-12" width="14" height="14" rx="2" fill="var(--${stage})"/>`,
      counts ? `${STAGE_WORDS[stage]} ${count(counts[stage])}` : STAGE_WORDS[stage],
    );
  if (dotted) key('<path d="M0 -5h18" stroke="var(--ink)" stroke-width="2.5" stroke-dasharray="3 3"/>', dotted);
  y += 14;
  const box = `x="${PICTURE_MARGIN}" y="${y}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  parts.push(svg.replace(/<svg\b[^>]*>/, `<svg ${box}>`));
  y += height + 4;
  say(source, 13, 'fill="var(--soft)"');
  const [w, h] = [width + 2 * PICTURE_MARGIN, Math.ceil(y + PICTURE_MARGIN)];
  const whole =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${FONT_FAMILY}">` +
    `<title>${escaped(title)}</title><desc>${escaped(`${state}. ${source}`)}</desc>` +
    `<rect width="100%" height="100%" fill="var(--paper)"/>${parts.join('')}</svg>\n`;
  return whole.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => LIGHT_COLOURS.get(name) ?? 'currentColor');
}
