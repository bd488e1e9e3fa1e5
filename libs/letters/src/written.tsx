/** A letter as it is written out: the same content as plain text and as HTML. */
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ReportLanguage } from '#words';

/** A line with an address that it leads to. */
export interface LinkedLine {
  readonly words: string;
  readonly address: string;
  /** Its words. */
  readonly says?: string;
  readonly below?: readonly string[];
}

export type LetterPart =
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'heading'; readonly text: string }
  /** The one thing to do. */
  | { readonly type: 'button'; readonly to: LinkedLine }
  | { readonly type: 'list'; readonly items: readonly LinkedLine[] }
  | { readonly type: 'link'; readonly to: LinkedLine };

export const paragraph = (text: string): LetterPart => ({ type: 'paragraph', text });
export const button = (words: string, address: string): LetterPart => ({ type: 'button', to: { words, address } });
export const link = (words: string, address: string): LetterPart => ({ type: 'link', to: { words, address } });

/** A letter before it has an address and a form. */
export interface WrittenLetter {
  readonly language: ReportLanguage;
  readonly subject: string;
  readonly parts: readonly LetterPart[];
  /** Why somebody gets it, and how it ends. */
  readonly small: readonly LetterPart[];
}

type PartOfType<T extends LetterPart['type']> = Extract<LetterPart, { readonly type: T }>;

const AS_TEXT: { readonly [T in LetterPart['type']]: (part: PartOfType<T>) => string } = {
  paragraph: ({ text }) => text,
  heading: ({ text }) => `${text}\n${'-'.repeat(Math.min(text.length, 60))}`,
  button: ({ to }) => `${to.words}\n${to.address}`,
  link: ({ to }) => `${to.words}\n${to.address}`,
  list: ({ items }) =>
    items
      .map(({ words, says, address, below = [] }) =>
        [`* ${words}${says ? `: ${says}` : ''}`, ...below.map((line) => `  ${line}`), `  ${address}`].join('\n'),
      )
      .join('\n'),
};

const partText = (part: LetterPart): string => AS_TEXT[part.type](part as never);

export const inText = ({ parts, small }: WrittenLetter): string =>
  [...parts.map(partText), '-- ', ...small.map(partText)].join('\n\n').replace('-- \n\n', '-- \n') + '\n';

const FONT_STYLE = 'font-family:Arial,Helvetica,sans-serif';
const INK_STYLE = 'color:#1f2933';
const LINK_STYLE = 'color:#0b5cad';

const AS_HTML: { readonly [T in LetterPart['type']]: (part: PartOfType<T>) => JSX.Element } = {
  paragraph: ({ text }) => (
    <p dir="auto" style="margin:0 0 14px">
      {text}
    </p>
  ),
  heading: ({ text }) => (
    <h2 dir="auto" style="font-size:17px;margin:24px 0 8px">
      {text}
    </h2>
  ),
  button: ({ to }) => (
    <p style="margin:20px 0">
      <a
        href={to.address}
        style="background:#0b5cad;color:#ffffff;padding:11px 18px;border-radius:4px;text-decoration:none;display:inline-block"
      >
        {to.words}
      </a>
    </p>
  ),
  link: ({ to }) => (
    <p style="margin:0 0 8px">
      <a href={to.address} style={LINK_STYLE}>
        {to.words}
      </a>
    </p>
  ),
  list: ({ items }) => (
    <ul style="margin:0 0 14px;padding-left:20px">
      {items.map(({ words, says, address, below = [] }) => (
        <li key={address + words} dir="auto" style="margin:0 0 8px">
          <a href={address} style={LINK_STYLE}>
            {words}
          </a>
          {says && `: ${says}`}
          {below.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </li>
      ))}
    </ul>
  ),
};

const HtmlPart = ({ part }: { part: LetterPart }) => AS_HTML[part.type](part as never);

export const inHtml = ({ language, subject, parts, small }: WrittenLetter): string =>
  `<!doctype html>${renderToString(
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{subject}</title>
      </head>
      <body style={`margin:0;background:#ffffff;${FONT_STYLE};${INK_STYLE};font-size:15px;line-height:1.5`}>
        <div style="max-width:600px;margin:0 auto;padding:20px">
          {parts.map((part, i) => (
            <HtmlPart key={i} part={part} />
          ))}
          <div style="border-top:1px solid #c9d1d9;margin-top:24px;padding-top:12px;font-size:13px;color:#4a5560">
            {small.map((part, i) => (
              <HtmlPart key={i} part={part} />
            ))}
          </div>
        </div>
      </body>
    </html>,
  )}`;
