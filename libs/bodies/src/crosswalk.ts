/** Bodies and views: crosswalks between frameworks. */
import type { FullDate } from '#clocks';
import { Integer, Code, CodeOf, ListOf, Nested, OnDate, OneOf, Text } from '#platform';
import { MATCHES, type Match } from '#words';
import { Citation } from './agency.js';

export class Crosswalk {
  @Code({ example: 'HLD06-HLD13' }) code: string;
  @Text({ example: 'From the topics of 2006 to the agenda of 2013' }) title: string;
  @CodeOf('framework', { description: 'The framework whose themes are looked up', example: 'HLD06' }) from: string;
  @CodeOf('framework', { description: 'The framework that they are looked up in', example: 'HLD13' }) to: string;
}

export class CrosswalkLink {
  @CodeOf('theme', { description: 'A theme of the framework `from`', example: 'HLD06-08' }) from: string;
  @CodeOf('theme', { description: 'A theme of the framework `to`', example: 'HLD13-2' }) to: string;
  @OneOf(MATCHES, { description: 'As in SKOS; broad: `to` is broader than `from`', example: 'broad' }) match: Match;
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class NoEquivalent {
  @CodeOf('theme', { description: 'A theme of the framework `from`', example: 'HLD06-17' }) theme: string;
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class PublishVersion {
  @Text({ max: 60, free: false, description: 'Its name', example: '1' }) version: string;
  @Text({
    orCodeOf: 'agency',
    description: 'The agency or other institution that made it; never a person',
    example: 'DESA',
  })
  author: string;
  @OnDate({ description: 'When it was published; not after today', example: '2013-10-04' }) reportedOn: FullDate;
  @ListOf(() => CrosswalkLink, { min: 1, max: 2000 }) links: CrosswalkLink[];
  @ListOf(() => NoEquivalent, { optional: true, max: 2000, description: 'Themes that none of `to` stands for' })
  noEquivalent?: NoEquivalent[] | null;
  @Nested(() => Citation, { optional: true }) citation?: Citation | null;
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class CrosswalkVersion extends PublishVersion {
  @Integer('Of the event that says so') readonly revision: number;
}
