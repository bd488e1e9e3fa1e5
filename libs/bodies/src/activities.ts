/** Bodies: the activities in registers of others that carry a commitment out, by their identifiers there. */
import { ListOf, OneOf, Text } from '#platform';
import { ACTIVITY_SCHEMES, type ActivityScheme } from '#words';
import { Act } from './statement.js';

export class ActivityId {
  @OneOf(ACTIVITY_SCHEMES, { example: 'iati' }) scheme: ActivityScheme;
  @Text({
    free: false,
    description: 'As the register has it; for iati the iati-identifier of the activity',
    example: 'XM-DAC-47066-MH.0012',
  })
  id: string;
}

const ACTIVITY_IDS_OPTIONS = { min: 1, max: 100, example: [{ scheme: 'iati', id: 'XM-DAC-47066-MH.0012' }] };

export class AddActivityIds extends Act {
  @ListOf(() => ActivityId, ACTIVITY_IDS_OPTIONS) activityIds: ActivityId[];
}

export class TakeBackActivityIds extends Act {
  @ListOf(() => ActivityId, ACTIVITY_IDS_OPTIONS) activityIds: ActivityId[];
}
