/** Outcomes as at a date: with who had endorsed them by then. */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Outcome, OutcomeAsAt } from '#bodies';
import type { FullDate } from '#clocks';
import { load, Rejected, type Log } from '#eventsourcing';
import { Integer, Day, AtClocks, Answers, LOG, ClockQuery, WRITTEN_FORMAT_WORDS } from '#platform';
import { outcome, outcomeAt } from '#registers';
import { listController } from './registers.controller.js';

class OutcomeView extends OutcomeAsAt {
  @Day() readonly asOf: FullDate;
  @ApiProperty({ type: Outcome, description: 'As it is registered; an amendment replaces it' }) readonly entry: Outcome;
  @Integer('Of its last event; also the ETag') readonly revision: number;
  @ApiProperty() readonly position: string;
}

export const OutcomesListController = listController('outcome', {
  of: OutcomeAsAt,
  summary: 'All outcomes as at a date',
  description: `With who had endorsed them by the date. In pages of \`limit\`; as ${WRITTEN_FORMAT_WORDS} without \`limit\`: all of them.`,
});

@ApiTags('Registers')
@Controller('v1/outcomes')
export class OutcomesController {
  constructor(@Inject(LOG) private readonly log: Log) {}

  @Get(':code')
  @Answers(
    OutcomeView,
    'One of the outcomes as at a date',
    'With who had endorsed it by the date; `entry` is what the next amendment replaces.',
  )
  async getOutcome(@Param('code') code: string, @AtClocks() { at: { asOf, knownAt } }: ClockQuery) {
    const { state, revision, position } = await load(this.log, outcome, code, knownAt);
    if (!state.entry) throw new Rejected('not_found', `There is no outcome ${code}.`);
    return { ...outcomeAt(state, asOf), asOf, entry: state.entry, revision, position };
  }
}
