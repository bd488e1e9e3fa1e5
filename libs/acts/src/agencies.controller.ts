/** The agencies, read as they were on a date. */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Agency, AgencyAsAt, MemberAsAt } from '#bodies';
import type { FullDate } from '#clocks';
import { load, type Log } from '#eventsourcing';
import { Shown, ShownList, Day, AtClocks, Answers, LOG, ClockQuery, WRITTEN_FORMAT_WORDS } from '#platform';
import { agency, asAt, Registers } from '#registers';
import { listController } from './registers.controller.js';

class AgencyView extends AgencyAsAt {
  @Day() readonly asOf: FullDate;
  @ShownList(MemberAsAt, 'Who is a member of it on the date') readonly members: MemberAsAt[];
  @Shown('The registered or last amended content, which the next amendment replaces') readonly entry: Agency;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

export const AgenciesListController = listController('agency', {
  of: AgencyAsAt,
  summary: 'All agencies as at a date',
  description: `With names, memberships, chairs and status as they were on the date. In pages of \`limit\`; as ${WRITTEN_FORMAT_WORDS} without \`limit\`: all of them.`,
});

@ApiTags('Registers')
@Controller('v1/agencies')
export class AgenciesController {
  constructor(
    private readonly registered: Registers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get(':code')
  @Answers(
    AgencyView,
    'One of the agencies as at a date',
    'As it was on the date, with its members; `entry` is what the next amendment replaces.',
  )
  async getAgency(@Param('code') code: string, @AtClocks() { at: { asOf, knownAt } }: ClockQuery) {
    const { state, revision, position } = await load(this.log, agency, code, knownAt);
    if (!state.entry) throw await this.registered.missing('agency', code, knownAt);
    const members = await this.registered.members(code, await this.registered.pinned(knownAt), asOf);
    return { ...asAt(state, asOf), asOf, members, entry: state.entry, revision, position };
  }
}
