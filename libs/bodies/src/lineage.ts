/** Bodies and views: how commitments belong together, and how one ends in another. */
import { ApiProperty } from '@nestjs/swagger';
import { Shown, ShownList, CodeOf, CodesOf, ListOf, Nested, OneOf, type RegisteredKind } from '#platform';
import { ENDS, RELATION_TYPES, type End, type RelationType } from '#words';
import { AgencyRole, RoleAsAt } from './responsibility.js';
import { Act, Reasoned, Source } from './statement.js';

const mayLeadTo = ({ type }: { type?: string }): readonly RegisteredKind[] =>
  type === 'prepares_for' ? ['commitment', 'forum'] : ['commitment'];

const RELATION_TARGET_OPTIONS = {
  description: 'The reference of a commitment; for prepares_for also the id of a forum',
  example: 'IOM-2011-10',
};

export class Relation {
  @OneOf(RELATION_TYPES, { example: 'part_of' }) type: RelationType;
  @CodeOf(mayLeadTo, RELATION_TARGET_OPTIONS) to: string;
}

export class Relate extends Act {
  @OneOf(RELATION_TYPES, { example: 'part_of' }) type: RelationType;
  @CodeOf(mayLeadTo, RELATION_TARGET_OPTIONS) to: string;
}

const FOLLOWS_UP_OPTIONS = { min: 1, description: 'Forums or outcomes, by their ids', example: ['GFMD-2010-RT2.1'] };

export class AddFollowUp extends Act {
  @CodesOf(['forum', 'outcome'], FOLLOWS_UP_OPTIONS) followsUp: string[];
}

export class TakeBackFollowUp extends Act {
  @CodesOf(['forum', 'outcome'], FOLLOWS_UP_OPTIONS) followsUp: string[];
}

/** The inheritance of the other commitment; only the listed things are taken over. */
export class TakeOver {
  @ListOf(() => AgencyRole, { optional: true, example: [{ agency: 'ILO', role: 'partner' }] })
  agencies?: AgencyRole[] | null;
  @CodesOf('theme', { optional: true, example: ['HLD06-15'] }) themes?: string[] | null;
  @CodesOf(['forum', 'outcome'], { optional: true, example: ['HLD-2006'] }) followsUp?: string[] | null;
}

export class Merge extends Reasoned {
  @CodeOf('commitment', { description: 'The commitment that stays', example: 'IOM-2011-10' }) into: string;
  @Nested(() => TakeOver, { optional: true }) takeOver?: TakeOver | null;
}

export class Split extends Reasoned {
  @CodesOf('commitment', {
    min: 2,
    description: 'The commitments that it becomes, recorded already',
    example: ['IOM-2011-12', 'IOM-2011-13'],
  })
  into: string[];
}

export class Supersede extends Reasoned {
  @CodeOf('commitment', { description: 'The commitment that takes its place', example: 'IOM-2011-10' })
  supersededBy: string;
}

export class Withdraw extends Reasoned {}

export class ReportedRelation extends Source {
  @ApiProperty({ example: 'part_of' }) readonly type: string;
  @ApiProperty(RELATION_TARGET_OPTIONS) readonly to: string;
}

export class EndOfRecord extends Source {
  @ApiProperty({ enum: ENDS }) readonly life: End;
  @ShownList(String, 'The commitments that it became') readonly into: readonly string[];
  @ApiProperty() readonly reason: string;
}

/** The inheritance of a commitment from one that ended in it. */
export class TakenOver extends Source {
  @Shown('The reference of the one that ended') readonly from: string;
  @ApiProperty({ enum: ENDS }) readonly how: End;
  @ApiProperty() readonly reason: string;
  @ApiProperty({ type: [RoleAsAt] }) readonly agencies: readonly RoleAsAt[];
  @ApiProperty({ type: [String] }) readonly themes: readonly string[];
  @ApiProperty({ type: [String] }) readonly followsUp: readonly string[];
}
