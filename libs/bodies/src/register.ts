/** The entries of the registers. */
import { Code, CodeOf, CodesOf, InPeriod, Kebab, ListOf, OneOf, Text, Texts } from '#platform';
import { CONCERNS, OUTCOME_KINDS, type Concern, type OutcomeKind } from '#words';
import { ApiProperty } from '@nestjs/swagger';
import { Act } from './statement.js';

export class Framework {
  @Code({ example: 'HLD06' }) code: string;
  @Text({ example: 'Topics of the 2006 High-level Dialogue' }) name: string;
  @Text({ max: 60, free: false, example: '2006' }) version: string;
  @Text({ max: 1000, example: 'The seventeen headings of ESA/P/WP.204' }) source: string;
}

export class Theme {
  @Code({ example: 'HLD06-04' }) code: string;
  @CodeOf('framework', { example: 'HLD06' }) framework: string;
  @Text({ example: 'Remittances as a tool of development' }) label: string;
  @CodeOf('theme', { optional: true, description: 'A theme of the same framework', example: 'IOM-1' })
  parent?: string | null;
}

export class AgendaItem {
  @Text({ max: 20, free: false, searched: false, description: 'As the agenda numbers it', example: '3' })
  number: string;
  @Text({ max: 500, example: 'Follow-up to the High-level Dialogue' }) title: string;
  @CodesOf('document', { optional: true, description: 'The papers of the meeting on it' }) papers?: string[] | null;
}

export class Forum {
  @Code({ example: 'GFMD-2010-RT2.1' }) id: string;
  @Text({ example: 'Round table 2.1: Reducing the cost of migration' }) name: string;
  @Kebab({ example: 'round-table' }) kind: string;
  @InPeriod({ optional: true, example: '2010-11-10' }) start?: string | null;
  @InPeriod({ optional: true, example: '2010-11-11' }) end?: string | null;
  @Text({ optional: true, example: 'Puerto Vallarta' }) place?: string | null;
  @Text({ optional: true, example: 'Mexico' }) host?: string | null;
  @CodeOf('forum', { optional: true, example: 'GFMD-2010' }) parent?: string | null;
  @Text({
    optional: true,
    free: false,
    description: 'The symbol of the document that it ended with',
    example: 'A/65/538',
  })
  outcomeDocument?: string | null;
  @ListOf(() => AgendaItem, { optional: true, max: 200, description: 'Of a meeting: its agenda' })
  agenda?: AgendaItem[] | null;
  @CodesOf('document', {
    optional: true,
    description: 'Of a meeting: the papers before it',
    example: ['D-2011-9CM-IOM'],
  })
  papers?: string[] | null;
  @CodesOf('agency', {
    optional: true,
    description: 'Of a meeting: the organisations that took part',
    example: ['IOM'],
  })
  participants?: string[] | null;
}

export class Outcome {
  @Code({ example: 'WHA61.17' }) id: string;
  @OneOf(OUTCOME_KINDS, { optional: true, description: 'Without it: not told', example: 'decision' })
  kind?: OutcomeKind | null;
  @CodeOf('forum', { optional: true, description: 'The forum that it came from', example: 'WHA-61' })
  forum?: string | null;
  @CodeOf(['agency', 'forum'], { optional: true, description: 'The agency or forum that says it', example: 'WHA' })
  issuedBy?: string | null;
  @Text({ optional: true, description: 'Who says it, in words, where it is no agency and no forum' })
  issuer?: string | null;
  @CodeOf('forum', { optional: true, description: 'The forum that it is put to, whose outcome it is not' })
  addressedTo?: string | null;
  @OneOf(CONCERNS, {
    optional: true,
    description: 'Without it substance; organisation: it only arranges a meeting',
    example: 'substance',
  })
  concerns?: Concern | null;
  @CodeOf('document', { example: 'D-2011-9CM-IOM' }) document: string;
  @Text({ max: 500, searched: false, example: '«(d) Health» (line 51)' }) locator: string;
  @Text({
    max: 500,
    optional: true,
    searched: false,
    description: 'The headings above it, the widest first',
    example: '«(d) Health»',
  })
  section?: string | null;
  @Text({ max: 100, optional: true, description: 'As the document numbers it', example: 'para 3' })
  paragraph?: string | null;
  @Text({ max: 4000, example: 'Asks States to cooperate in pairs and groups on migrants’ health.' }) text: string;
  @Texts({ orCodeOf: 'agency', description: 'Codes of agencies, or free text', example: ['WHO Member States'] })
  addressees: string[];
  @CodesOf('theme', { optional: true, example: ['HLD06-13'] }) themes?: string[] | null;
}

/** An agency or forum makes an outcome its own. */
export class EndorseOutcome extends Act {
  @CodeOf(['agency', 'forum'], { description: 'Who endorses it', example: 'GFMD-2010' }) by: string;
}

export class Endorsement extends EndorseOutcome {
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly revision: number;
}

/** An outcome with who had endorsed it by a date. */
export class OutcomeAsAt extends Outcome {
  @ApiProperty({ type: [Endorsement] }) readonly endorsed: readonly Endorsement[];
}
