/** The files that browsers and search engines ask of any site: stylesheet, icon, robots.txt, sitemap.xml. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { pngOf } from '#charts';
import { Rejected } from '#eventsourcing';
import { AlwaysOpen, Reply } from '#platform';
import { Progress } from '#progress';
import { entryCode, Registers } from '#registers';
import { PATHS } from '#words';
import { ICON, KEEPING_SCRIPT, SAVING_SCRIPT } from './asset.js';
import { PASSKEY_SCRIPT } from './passkey-form.js';
import { MARGINS_PATH, marginsCss, MarginsQuery } from './margins.js';
import { NAVIGATION_SECTIONS } from './navigation.js';
import { STYLESHEET } from './stylesheet.js';
import { path, Publication } from './view.js';

const ASSETS = [STYLESHEET, PASSKEY_SCRIPT, KEEPING_SCRIPT, SAVING_SCRIPT, ICON];

/** The registers whose entries have a page each. */
const REGISTERS_WITH_PAGES = ['agency', 'theme', 'forum', 'outcome', 'document', 'crosswalk', 'publication'] as const;

/** The greatest number of addresses in a sitemap. */
const MAX_SITEMAP_ADDRESSES = 50_000;

const ICON_WIDTH = 48;

@ApiExcludeController()
@Controller()
export class SiteController {
  #ico: Promise<Buffer> | undefined;

  constructor(
    private readonly publication: Publication,
    private readonly registers: Registers,
    private readonly progress: Progress,
  ) {}

  @Get('assets/:file')
  @AlwaysOpen()
  asset(@Param('file') file: string, @Reply() reply: FastifyReply): string {
    const asset = ASSETS.find(({ path }) => path === `/assets/${file}`);
    if (!asset) throw new Rejected('not_found', `There is no ${file}.`);
    void reply.type(asset.type).header('Cache-Control', 'public, max-age=31536000, immutable');
    return asset.text;
  }

  @Get(MARGINS_PATH)
  @AlwaysOpen()
  margins(@Query() margins: MarginsQuery, @Reply() reply: FastifyReply): string {
    void reply.type('text/css; charset=utf-8').header('Cache-Control', 'public, max-age=31536000, immutable');
    return marginsCss(margins);
  }

  @Get('favicon.ico')
  @AlwaysOpen()
  async icon(@Reply() reply: FastifyReply): Promise<Buffer> {
    void reply.type('image/x-icon').header('Cache-Control', 'public, max-age=86400');
    return (this.#ico ??= pngOf(ICON.text, ICON_WIDTH).then((png) => icoOf(png, ICON_WIDTH)));
  }

  @Get('robots.txt')
  @AlwaysOpen()
  robots(@Reply() reply: FastifyReply): string {
    void reply.type('text/plain; charset=utf-8');
    // Every page has countless dates and filters: those without any are enough.
    return `User-agent: *\nDisallow: /*?\nDisallow: /v1/\nDisallow: /sign-in\nDisallow: /account\nDisallow: /home\nDisallow: /record\n\nSitemap: ${this.publication.publicUrl}/sitemap.xml\n`;
  }

  @Get('sitemap.xml')
  async sitemap(@Reply() reply: FastifyReply): Promise<string> {
    const position = await this.progress.position();
    const entries = await Promise.all(
      REGISTERS_WITH_PAGES.map(async (kind) =>
        (await this.registers.all(kind, position))
          .filter((entry) => !('published' in entry) || entry.published !== null)
          .map((entry) => path(PATHS[kind], entryCode(entry))),
      ),
    );
    const paths = [...NAVIGATION_SECTIONS.flatMap(({ pages }) => Object.keys(pages)), ...entries.flat()];
    const addresses = paths
      .slice(0, MAX_SITEMAP_ADDRESSES)
      .map((to) => `<url><loc>${xml(this.publication.publicUrl + to)}</loc></url>`);
    void reply.type('application/xml; charset=utf-8');
    return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${addresses.join('\n')}\n</urlset>\n`;
  }
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');

/** An icon file that holds one picture. */
function icoOf(png: Uint8Array, width: number): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt8(width, 6);
  head.writeUInt8(width, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}
