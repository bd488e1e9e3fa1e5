/** Bodies and views: agencies, and where a statement can be read. */
import { ApiProperty, OmitType } from '@nestjs/swagger';
import type { PartialDate } from '#clocks';
import { Shown, ShownList, Code, CodeOf, InPeriod, Kebab, ListOf, Nested, OneOf, Text, YesNo } from '#platform';
import { CHAIR_ROLES, type ChairRole } from '#words';

/** The place of a statement in a document. Nobody looks for an entry by the place where it is read. */
export class Citation {
  @CodeOf('document', { example: 'D-2012-MC2353' }) document: string;
  @Text({
    max: 500,
    searched: false,
    description: 'Where in it, in words',
    example: '«Enhancing data and research» (para 26)',
  })
  locator: string;
  @Text({
    max: 500,
    optional: true,
    searched: false,
    description: 'The headings above it, the widest first',
    example: '«Enhancing data and research»',
  })
  section?: string | null;
  @Text({ max: 100, optional: true, searched: false, description: 'As the document numbers it', example: 'para 26' })
  paragraph?: string | null;
}

/** The agency for which the secretariat does an act, and the place where the agency says that it may: a letter, an e-mail. */
export class OnBehalf {
  @CodeOf('agency', { example: 'IOM' }) agency: string;
  @Nested(() => Citation, { description: 'The letter or e-mail by which the agency has it done' }) citation: Citation;
}

export const ON_BEHALF = {
  optional: true,
  description: 'Of an act that the secretariat does for an agency: as that agency it is decided, and so it is shown',
} as const;

const FROM_IS_LATEST = {
  optional: true,
  description: '`from` is only the date of the source: it may have begun earlier',
  example: true,
};
const SOURCE_OPTIONS = { optional: true, description: 'Where that can be read' };

export class Membership {
  @CodeOf('agency', { example: 'GMG' }) body: string;
  @InPeriod({ optional: true, example: '2006-04' }) from?: PartialDate | null;
  @YesNo(FROM_IS_LATEST) fromIsLatest?: boolean | null;
  @InPeriod({ optional: true, example: '2010' }) to?: PartialDate | null;
  @Nested(() => Citation, SOURCE_OPTIONS) source?: Citation | null;
}

const CHAIR_ROLE = { optional: true, description: 'Without it: chair', example: 'co-chair' };
const CHAIRED_TO = {
  optional: true,
  description: 'Its last day in the chair, if that is known; may be to come',
  example: '2006-12',
};

export class Chair {
  @CodeOf('agency', { example: 'GMG-WG-DATA' }) body: string;
  @InPeriod({ example: '2012-11-02' }) from: PartialDate;
  @YesNo(FROM_IS_LATEST) fromIsLatest?: boolean | null;
  @InPeriod(CHAIRED_TO) to?: PartialDate | null;
  @OneOf(CHAIR_ROLES, CHAIR_ROLE) role?: ChairRole | null;
  @Nested(() => Citation, SOURCE_OPTIONS) source?: Citation | null;
}

export class Agency {
  @Code({ example: 'IOM' }) code: string;
  @Text({ example: 'International Organization for Migration' }) name: string;
  @Kebab({ example: 'igo' }) kind: string;
  @CodeOf('agency', { optional: true, example: 'UN' }) parent?: string | null;
  @ListOf(() => Membership, { optional: true }) memberships?: Membership[] | null;
  @ListOf(() => Chair, { optional: true }) chairs?: Chair[] | null;
  @CodeOf('agency', { optional: true, example: 'UN-WOMEN' }) succeededBy?: string | null;
}

/** The source of an act … */
export class Cited {
  @Nested(() => Citation, { optional: true }) citation?: Citation | null;
}

/** … and why it came about, if one knows … */
export class Explained extends Cited {
  @Text({ max: 2000, optional: true, description: 'Why' }) reason?: string | null;
}

/** … as one must of an end. */
export class AgencyEnd extends Cited {
  @InPeriod({ description: 'When it ended; may not begin after today', example: '2010-07' }) effective: PartialDate;
  @Text({ max: 2000, description: 'Why', example: 'Consolidated into UN-Women by A/RES/64/289' }) reason: string;
}

export class RenameAgency extends Explained {
  @Text({ example: 'Organisation of Islamic Cooperation' }) name: string;
  @InPeriod({ description: 'Since when; may not begin after today', example: '2011-06-28' }) effective: PartialDate;
}

export class MergeAgency extends AgencyEnd {
  @CodeOf('agency', { description: 'The agency that it became part of', example: 'UN-WOMEN' }) into: string;
}

export class DissolveAgency extends AgencyEnd {
  @CodeOf('agency', { optional: true, description: 'The agency that took its place', example: 'GMG' }) succeededBy?:
    | string
    | null;
}

export class JoinBody extends Explained {
  @CodeOf('agency', { description: 'The body that it joins', example: 'GMG' }) body: string;
  @InPeriod({ description: 'May not begin after today', example: '2007' }) from: PartialDate;
  @YesNo(FROM_IS_LATEST) fromIsLatest?: boolean | null;
  @InPeriod({ optional: true, description: 'Its last day, if that is known; may be to come', example: '2010' })
  to?: PartialDate | null;
}

export class LeaveBody extends Explained {
  @CodeOf('agency', { description: 'The body that it leaves', example: 'GMG' }) body: string;
  @InPeriod({ description: 'Its last day as a member; may be to come', example: '2010' }) to: PartialDate;
}

export class ChairBody extends Explained {
  @CodeOf('agency', { description: 'The body that it chairs; it is a member of it then', example: 'GMG' }) body: string;
  @InPeriod({ description: 'May not begin after today', example: '2006-07' }) from: PartialDate;
  @YesNo(FROM_IS_LATEST) fromIsLatest?: boolean | null;
  @InPeriod(CHAIRED_TO) to?: PartialDate | null;
  @OneOf(CHAIR_ROLES, CHAIR_ROLE) role?: ChairRole | null;
}

/** It has no date of its own: it acts at every date, from its position on. */
export class RetractDatedAct extends Cited {
  @Text({ max: 2000, description: 'Why', example: 'Said of the wrong agency' }) reason: string;
}

const optional = { required: false } as const;

const PERIOD_SCHEMA = { type: String, pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' } as const;

/** One of the names of an agency, and since when. */
export class AgencyName extends Explained {
  @ApiProperty() readonly name: string;
  @ApiProperty({ ...PERIOD_SCHEMA, nullable: true, description: 'null: its first name' })
  readonly from: PartialDate | null;
}

export class MembershipAsAt extends Membership {
  @Shown('Whether it is a member on the date') readonly member: boolean;
}

export class ChairAsAt {
  @ApiProperty({ example: 'GMG' }) readonly body: string;
  @ApiProperty({ enum: CHAIR_ROLES }) readonly role: ChairRole;
  @ApiProperty(PERIOD_SCHEMA) readonly from: PartialDate;
  @ApiProperty({ required: false, description: FROM_IS_LATEST.description }) readonly fromIsLatest?: boolean;
  @ApiProperty({ ...PERIOD_SCHEMA, nullable: true, description: 'null: not known' }) readonly to: PartialDate | null;
  @ApiProperty({ type: Citation, ...optional, description: SOURCE_OPTIONS.description }) readonly source?: Citation;
  @Shown('Whether it is in the chair on the date, as far as is known') readonly chairing: boolean;
}

/** An agency as it was on a date: its names, memberships and chairs that had begun by then. */
export class AgencyAsAt extends OmitType(Agency, ['memberships', 'chairs']) {
  @ShownList(AgencyName, 'From the first to the one on the date') readonly names: AgencyName[];
  @ApiProperty({ enum: ['active', 'merged', 'dissolved'] }) readonly status: 'active' | 'merged' | 'dissolved';
  @ApiProperty({ ...PERIOD_SCHEMA, ...optional, description: 'Only when it has ended' }) readonly endedOn?: PartialDate;
  @ApiProperty({ ...optional, description: 'Why it ended' }) readonly reason?: string;
  @ApiProperty({ type: Citation, ...optional, description: 'Where its end can be read' }) readonly citation?: Citation;
  @ApiProperty({ type: [MembershipAsAt] }) readonly memberships: MembershipAsAt[];
  @ApiProperty({ type: [ChairAsAt] }) readonly chairs: ChairAsAt[];
}

export class MemberAsAt extends OmitType(Membership, ['body']) {
  @ApiProperty({ example: 'IOM' }) readonly agency: string;
  @ApiProperty() readonly name: string;
  @Shown('Whether it is in the chair on the date') readonly chairing: boolean;
}
