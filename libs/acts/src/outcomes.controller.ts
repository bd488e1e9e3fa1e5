/** Outcomes as at a date: with who had endorsed them by then. */
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { Outcome, OutcomeAsAt } from '#bodies';
import type { FullDate } from '#clocks';
import { load, Rejected } from '#eventsourcing';
import {
  Day,
  AtClocks,
  ClockQuery,
  FieldsOf,
  InRows,
  WantedFormat,
  type Format,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { outcome, outcomeAt } from '#registers';
import { listPage, RegisterListQuery, RegisterPage } from './list.js';
import { registerRow } from './register-rows.js';
import { registerController } from './registers.controller.js';

class OutcomeView extends OutcomeAsAt {
  @Day() readonly asOf: FullDate;
  @ApiProperty({ type: Outcome, description: 'As it is registered; an amendment replaces it' })
  readonly entry: Outcome;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

class OutcomeList extends RegisterPage {
  @Day() readonly asOf: FullDate;
  @ApiProperty({ type: [OutcomeAsAt] }) readonly items: OutcomeAsAt[];
}

class OutcomeListQuery extends RegisterListQuery {
  @FieldsOf(OutcomeAsAt) fields?: string[];
}

@Controller('v1/outcomes')
export class OutcomesController extends registerController('outcome') {
  @Get()
  @ApiOperation({
    summary: 'All outcomes as at a date',
    description: `With who had endorsed them by the date. In pages of \`limit\`; as ${WRITTEN_FORMAT_WORDS} without \`limit\`: all of them.`,
    operationId: 'listOutcomes',
  })
  @ApiOkResponse({ type: OutcomeList })
  @InRows(registerRow('outcome'))
  override async list(@AtClocks() query: OutcomeListQuery, @WantedFormat() format: Format) {
    const { asOf, knownAt } = query.at;
    const position = await this.registered.pinned(knownAt);
    const all = await this.registered.all('outcome', position, asOf);
    return { asOf, ...listPage('outcome', all, query, { asOf, position }, format) };
  }

  @Get(':code')
  @ApiOperation({
    summary: 'One of the outcomes as at a date',
    description: 'With who had endorsed it by the date; `entry` is what the next amendment replaces.',
    operationId: 'getOutcome',
  })
  @ApiOkResponse({ type: OutcomeView })
  override async one(@Param('code') code: string, @AtClocks() { at: { asOf, knownAt } }: ClockQuery) {
    const { state, revision, position } = await load(this.log, outcome, code, knownAt);
    if (!state.entry) throw new Rejected('not_found', `There is no outcome ${code}.`);
    return { ...outcomeAt(state, asOf), asOf, entry: state.entry, revision, position };
  }
}
