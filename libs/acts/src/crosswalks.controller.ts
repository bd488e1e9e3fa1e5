/** The crosswalks, read as at a date. */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiProperty, ApiTags, IntersectionType, OmitType } from '@nestjs/swagger';
import { Crosswalk, CrosswalkLink, CrosswalkVersion, NoEquivalent } from '#bodies';
import type { FullDate } from '#clocks';
import { load, type Log } from '#eventsourcing';
import {
  ShownList,
  OrNull,
  QueryText,
  Day,
  AtClocks,
  Answers,
  LOG,
  InRows,
  WantedFormat,
  type Format,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { crosswalk, crosswalkAt, LATEST_DATE, versionOf, type CrosswalkAsAt, Registers } from '#registers';
import { RegisterQuery } from './list.js';
import { listController } from './registers.controller.js';

class CrosswalkQuery extends RegisterQuery {
  @QueryText('Which version; without it the one as at the date', { max: 60 }) version?: string;
}

class CrosswalkVersionInBrief extends OmitType(CrosswalkVersion, ['links', 'noEquivalent']) {}

class LabelledLink extends CrosswalkLink {
  @ApiProperty() readonly fromLabel: string;
  @ApiProperty() readonly toLabel: string;
}

class LabelledTheme extends NoEquivalent {
  @ApiProperty() readonly label: string;
}

/** A version with the names of its themes. */
class LabelledVersion extends CrosswalkVersionInBrief {
  @ApiProperty({ type: [LabelledLink] }) readonly links: LabelledLink[];
  @ApiProperty({ type: [LabelledTheme] }) readonly noEquivalent: LabelledTheme[];
}

class CrosswalkVersions {
  @ShownList(CrosswalkVersionInBrief, 'All by then; the last one holds') readonly versions: CrosswalkVersionInBrief[];
}

class CrosswalkItem extends IntersectionType(Crosswalk, CrosswalkVersions) {}

class CrosswalkView extends CrosswalkItem {
  @Day() readonly asOf: FullDate;
  @OrNull(() => LabelledVersion, 'null: none was published by then') readonly version: LabelledVersion | null;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

/** A crosswalk as a row of a table: with the version that holds. */
const crosswalkRow = ({ versions, ...entry }: Partial<CrosswalkItem>) => {
  const { version = '', author = '', reportedOn = '' } = versions?.at(-1) ?? {};
  return { ...entry, ...(versions && { version, author, reportedOn }) };
};

const inBrief = ({ versions, ...entry }: CrosswalkAsAt): CrosswalkItem => ({
  ...entry,
  versions: versions.map(({ links: _links, noEquivalent: _none, ...version }) => version),
});

export const CrosswalksListController = listController('crosswalk', {
  of: CrosswalkItem,
  summary: 'All crosswalks between frameworks as at a date',
  description: 'With their versions by the date, of which the last one holds.',
  rows: InRows<CrosswalkItem>(crosswalkRow, { versions: ['version', 'author', 'reportedOn'] }),
  shown: inBrief,
});

@ApiTags('Registers')
@Controller('v1/crosswalks')
export class CrosswalksController {
  constructor(
    private readonly registered: Registers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get(':code')
  @Answers(
    CrosswalkView,
    'One crosswalk as at a date, with its links',
    `The version that holds on the date, or the one that is asked for. As ${WRITTEN_FORMAT_WORDS}: its links.`,
  )
  async getCrosswalk(@Param('code') code: string, @AtClocks() query: CrosswalkQuery, @WantedFormat() format?: Format) {
    const { asOf, knownAt } = query.at;
    const { state, revision, position } = await load(this.log, crosswalk, code, knownAt);
    if (!state.entry) throw await this.registered.missing('crosswalk', code, knownAt);
    const named = query.version !== undefined;
    const held = versionOf(crosswalkAt(state, named ? LATEST_DATE : asOf), query.version);
    const version = held && labelled(held, await this.registered.names('theme', await this.registered.pinned(knownAt)));
    if (format !== 'json') return { asOf, position, rows: version ? linkRows(version) : [] };
    return { ...inBrief(crosswalkAt(state, asOf)), asOf, version, revision, position };
  }
}

const labelled = (
  { links, noEquivalent, ...version }: CrosswalkVersion,
  labels: ReadonlyMap<string, string>,
): LabelledVersion => {
  const labelOf = (theme: string) => labels.get(theme) ?? theme;
  return {
    ...version,
    links: links.map((link) => ({ ...link, fromLabel: labelOf(link.from), toLabel: labelOf(link.to) })),
    noEquivalent: (noEquivalent ?? []).map((none) => ({ ...none, label: labelOf(none.theme) })),
  };
};

/** A version as rows of a table: its links, and the themes that have none. */
const linkRows = ({ version, reportedOn, links, noEquivalent }: LabelledVersion) => [
  ...links.map(({ from, fromLabel, match, to, toLabel, note = '' }) => ({
    ...{ from, fromLabel, match, to, toLabel, note },
    ...{ version, reportedOn },
  })),
  ...noEquivalent.map(({ theme, label, note = '' }) => ({
    ...{ from: theme, fromLabel: label, match: 'no equivalent', to: '', toLabel: '', note },
    ...{ version, reportedOn },
  })),
];
