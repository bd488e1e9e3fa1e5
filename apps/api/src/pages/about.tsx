/** The page about the site: its purpose, its publisher, and all downloads. */
import { Controller, Get } from '@nestjs/common';
import { Fragment } from 'preact';
import { OPEN_FORMATS, CATALOGUED_REGISTERS, CATALOGUED_ROUNDS, CATALOGUED_VIEWS } from '#open';
import { FORMAT_NAMES, FORMAT_WORDS, formatNamed } from '#platform';
import { Listed } from './links.js';
import { Fact } from './fact.js';
import { HowToRead } from './how-to-read.js';
import { PlainPage, Section } from './layout.js';
import { RendersPages } from './rendering.js';
import { FormatLink, Table } from './take-away.js';
import { Publication } from './view.js';

const STALE_AFTER = 12;

@RendersPages()
@Controller()
export class AboutPages {
  constructor(private readonly publication: Publication) {}

  @Get('about')
  about() {
    return <AboutSite publication={this.publication} />;
  }

  @Get('data')
  data() {
    return <Data publication={this.publication} />;
  }
}

interface AboutParts {
  readonly publication: Publication;
}

const AboutSite = ({ publication }: AboutParts) => (
  <PlainPage
    title="About"
    path="/about"
    lead={
      <p>
        Followthrough keeps what agencies undertook after the UN High-level Dialogues on International Migration and
        Development and the meetings of the Global Forum, and shows what they have reported on it since.
      </p>
    }
  >
    <Section title="The source of the figures">
      <p>
        Every figure is counted from dated statements: of the agencies themselves, or read in a document that is named
        with the place. <a href="/documents">Sources</a> lists the documents. The secretariat keeps the registers of
        agencies, themes and forums, and sets its own reading beside what agencies say; it never overwrites it.
      </p>
      <p>
        A commitment without a later report stands as it was last reported. The pages say how old that is; a page
        without a chosen date shows the day of the last report.
      </p>
    </Section>
    <Section title="Publisher and terms">
      <dl class="facts">
        <Fact name="Publisher">{publication.publisher}</Fact>
        <Fact name="Licence of the data">
          <Licence publication={publication} />. The documents that are quoted remain under the terms of their
          publishers.
        </Fact>
        <Fact name="Citation">
          “Cite this page” on every page of figures gives a sentence, BibTeX and RIS, with an address that always shows
          the same figures.
        </Fact>
        <Fact name="Downloads">
          <a href="/data">Every list and view</a>, and <a href="/docs">the API</a> for programs
        </Fact>
      </dl>
    </Section>
    <HowToRead staleAfter={STALE_AFTER} />
  </PlainPage>
);

const Licence = ({ publication: { dataLicence } }: AboutParts) =>
  dataLicence === null ? (
    <>not stated by the publisher</>
  ) : /^CC-BY(-SA)?-4\.0$/.test(dataLicence) ? (
    <a href={`https://creativecommons.org/licenses/${dataLicence.slice(3, -4).toLowerCase()}/4.0/`} rel="license">
      {dataLicence}
    </a>
  ) : (
    <>{dataLicence}</>
  );

const Data = ({ publication }: AboutParts) => (
  <PlainPage
    title="Reports & data"
    path="/data"
    lead={
      <p>
        Everything on these pages can be taken away: each page as {FORMAT_WORDS}, each table to copy, each chart as SVG
        or PNG. On paper every page is a report with its date and source.
      </p>
    }
  >
    <Section title="Lists and views">
      <p>As at today; add a date to the address, as in ?asOf=2012-11-02, for another day.</p>
      <Downloads caption="Lists and views" of={CATALOGUED_VIEWS} />
    </Section>
    <Section title="Registers">
      <Downloads caption="Registers" of={CATALOGUED_REGISTERS} />
    </Section>
    <Section title="Rounds and reports">
      <Downloads caption="Rounds and reports" of={CATALOGUED_ROUNDS} />
    </Section>
    <Section title="In the formats of others">
      <p>
        For catalogues, statistical tools and linked data. A full dump, with a codebook and how to cite it, is made by
        whoever keeps the site.
      </p>
      <Table class="downloads" caption="In the formats of others" hideCaption heads={['Content', 'Formats']}>
        {Object.entries(OPEN_FORMATS).map(([to, { name, as }]) => (
          <tr key={to}>
            <th scope="row">{name}</th>
            <td>
              <Listed
                by=" · "
                all={Object.entries(as).map(([type, query]) => (
                  <a href={`/v1${to}${query}`}>{TYPE_WORDS[type]}</a>
                ))}
              />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
    <Section title="For programs">
      <p>
        <a href="/docs">The API</a> answers the same questions; <a href="/openapi.json">its description</a> is OpenAPI.{' '}
        <a href="/v1/changes">The feed of changes</a> gives everything that was ever recorded, in order.
      </p>
      <p>
        Licence of the data: <Licence publication={publication} />. Publisher: {publication.publisher}.
      </p>
    </Section>
  </PlainPage>
);

const TYPE_WORDS: Readonly<Record<string, string>> = {
  'text/turtle': 'Turtle',
  'application/ld+json': 'JSON-LD',
  ...Object.fromEntries(FORMAT_NAMES.map(formatNamed).map(({ mediaType, label }) => [mediaType, label])),
};

const Downloads = ({ caption, of }: { caption: string; of: Readonly<Record<string, string>> }) => (
  <Table class="downloads" caption={caption} hideCaption heads={['Content', 'Formats']}>
    {Object.entries(of).map(([to, name]) => (
      <tr key={to}>
        <th scope="row">{name}</th>
        <td>
          {FORMAT_NAMES.slice(1).map((name) => (
            <Fragment key={name}>
              <FormatLink list={`/v1${to}?format=${name}`} name={name} /> ·{' '}
            </Fragment>
          ))}
          <FormatLink list={`/v1${to}`} name="json" />
        </td>
      </tr>
    ))}
  </Table>
);
