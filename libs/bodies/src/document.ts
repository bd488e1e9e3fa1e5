/** A document: the source of statements. */
import { Code, InPeriod, Language, OnDate, Text, WebAddress, WholeNumber } from '#platform';

export class Document {
  @Code({ example: 'D-2012-MC2353' }) id: string;
  @Text({ optional: true, free: false, example: 'MC/2353' }) symbol?: string | null;
  @Text({ max: 500, example: 'IOM in the lead-up to the second High-level Dialogue' }) title: string;
  @Text({ optional: true, example: 'IOM Council documents (MC), 101st session' }) series?: string | null;
  @Text({ orCodeOf: 'agency', description: 'The code of an agency, or a name', example: 'IOM' }) publisher: string;
  @InPeriod({ example: '2012-11-02' }) published: string;
  @OnDate({ description: 'The date from which its statements count as reported', example: '2012-11-02' })
  reportedOn: string;
  @WholeNumber({ optional: true, min: 1, description: 'How many it has', example: 12 }) pages?: number | null;
  @Language({ optional: true }) language?: string | null;
  @WebAddress({ optional: true, description: 'Where it can be read', example: 'https://example.org/mc-2353.pdf' })
  url?: string | null;
}
