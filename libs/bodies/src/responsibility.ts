/** Bodies and views: the agencies responsible for a commitment. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate, PartialDate } from '#clocks';
import { Shown, Day, CodeOf, InPeriod, OneOf, Text } from '#platform';
import { FORMER_LEAD, ROLES, type FormerLead, type Role } from '#words';
import { Act, Reasoned } from './statement.js';

export class AgencyRole {
  @CodeOf('agency', { example: 'IOM' }) agency: string;
  @OneOf(ROLES, { example: 'partner' }) role: Role;
}

export class AddAgency extends Act {
  @CodeOf('agency', { example: 'ILO' }) agency: string;
  @OneOf(ROLES, { example: 'partner' }) role: Role;
}

const FORMER_LEAD_BECOMES = {
  optional: true,
  description: 'When the lead moves: the new role of the former lead (default partner)',
  example: 'partner',
};

export class ChangeRole extends Act {
  @OneOf(ROLES, {
    description: 'The new role. `lead` moves the lead in one act: only the secretariat records that',
    example: 'co_lead',
  })
  role: Role;
  @OneOf(ROLES, {
    optional: true,
    description: 'The role that changes, when the agency has several',
    example: 'partner',
  })
  from?: Role | null;
  @OneOf(FORMER_LEAD, FORMER_LEAD_BECOMES) formerLeadBecomes?: FormerLead | null;
}

export class RemoveAgency extends Act {
  @OneOf(ROLES, {
    optional: true,
    description: 'Only this role; without it all roles of the agency',
    example: 'funder',
  })
  role?: Role | null;
}

const ASKED_ROLE_OPTIONS = { optional: true, description: 'Which, when it is asked for several', example: 'partner' };

export class AcceptRole extends Act {
  @OneOf(ROLES, ASKED_ROLE_OPTIONS) role?: Role | null;
}

export class DeclineRole extends Reasoned {
  @OneOf(ROLES, ASKED_ROLE_OPTIONS) role?: Role | null;
}

export class OfferLead extends Reasoned {
  @CodeOf('agency', { description: 'The agency that is to take the lead', example: 'ILO' }) to: string;
  @InPeriod({ description: 'From when; may be still to come', example: '2013-01' }) effective: PartialDate;
  @Text({ max: 2000, optional: true, description: 'The work that remains', example: 'The second edition' })
  staysOpen?: string | null;
  @OneOf(FORMER_LEAD, FORMER_LEAD_BECOMES) formerLeadBecomes?: FormerLead | null;
}

export class AcceptLead extends Act {}

export class DeclineLead extends Reasoned {}

export class WithdrawLeadOffer extends Reasoned {}

export class RoleAsAt extends AgencyRole {
  @ApiProperty({
    required: false,
    enum: [true],
    description: 'Named by another agency, and yet to accept; counts like any other',
  })
  readonly asked?: true;
}

export class DeclinedRole extends AgencyRole {
  @ApiProperty() readonly reason: string;
  @Day() readonly reportedOn: FullDate;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
}

/** An offer of the lead that nobody has answered yet. */
export class LeadTransfer extends OfferLead {
  @Shown('The lead that offers it') readonly from: string;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
}
