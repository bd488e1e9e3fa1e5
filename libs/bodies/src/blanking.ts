/** The body of the act that blanks words. */
import { Pointers, Text } from '#platform';

/** The words of an event that must go. */
export class Blank {
  @Text({ max: 2000, description: 'Why; without the words that must go', example: 'Named a person' }) reason: string;
  @Pointers({ description: 'The texts that must go, at any place of the statement', example: ['/reason'] })
  fields: string[];
}
