/** The filter of the feed, in a query and in a body. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, Matches } from 'class-validator';
import { refused, type EventCodec } from '#eventsourcing';
import { listText, knowsNo } from '#platform';
import { CONCERNED_KINDS, type FeedFilter } from './concerns.projection.js';

const CODE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,119}$/;
const EVENT_TYPE_PATTERN = /^[a-z]+(\.[A-Za-z]+)?$/;

const FILTER_DESCRIPTIONS = {
  agency:
    'Only events that concern one of these agencies: its own, and all events of streams that name it, from the first time on',
  theme: 'Only events that concern one of these themes, or a theme below it',
  forum: 'Only events that concern one of these forums, or a forum or outcome below it',
  commitment: 'Only events on one of these commitments, or that name it',
  type: 'Only events of these types, `commitment.StageReported`, or of these categories, `commitment`',
} as const satisfies Readonly<Record<keyof FeedFilter, string>>;

const FILTER_EXAMPLES: Readonly<Record<keyof FeedFilter, string>> = {
  agency: 'IOM',
  theme: 'HLD06-04',
  forum: 'HLD-2006',
  commitment: 'IOM-2011-12',
  type: 'commitment.StageReported',
};

const Narrow = (name: keyof FeedFilter, isQuery: boolean) => {
  const pattern = name === 'type' ? EVENT_TYPE_PATTERN : CODE_PATTERN;
  return applyDecorators(
    ApiProperty({
      required: false,
      type: 'array',
      items: { type: 'string', pattern: pattern.source },
      description: `${FILTER_DESCRIPTIONS[name]}${isQuery ? '; separated by commas' : ''}`,
      ...(!isQuery && { minItems: 1, maxItems: 100, example: [FILTER_EXAMPLES[name]] }),
    }),
    IsOptional(),
    ...(isQuery ? [Transform(({ value }) => listText(value).split(','))] : [IsArray(), ArrayMinSize(1)]),
    ArrayMaxSize(100),
    Matches(pattern, {
      each: true,
      message: `$property takes ${name === 'type' ? 'types such as commitment.StageReported' : 'codes'}`,
    }),
  );
};

export class FeedFilterQuery implements FeedFilter {
  @Narrow('agency', true) agency?: string[];
  @Narrow('theme', true) theme?: string[];
  @Narrow('forum', true) forum?: string[];
  @Narrow('commitment', true) commitment?: string[];
  @Narrow('type', true) type?: string[];
}

/** The same in the body of a request. */
export class FeedFilterBody implements FeedFilter {
  @Narrow('agency', false) agency?: string[];
  @Narrow('theme', false) theme?: string[];
  @Narrow('forum', false) forum?: string[];
  @Narrow('commitment', false) commitment?: string[];
  @Narrow('type', false) type?: string[];
}

/** @param at the pointer to the filter @throws Rejected `invalid` where a type or category is none of the log’s */
export function refuseUnknownTypes(filter: FeedFilter, { types: known }: EventCodec, at = ''): void {
  const type = filter.type ?? []; // null where a body says so
  const types = known.map((one) => one.type);
  const categories = [...new Set(types.map((one) => one.split('.', 1)[0]!))];
  const wrong = type.filter((one) => !(one.includes('.') ? types : categories).includes(one));
  if (wrong.length === 0) return;
  const of = types.filter((one) => wrong.some((type) => one.startsWith(`${type.split('.', 1)[0]}.`)));
  const message = knowsNo(wrong.join(', '), of.length > 0 ? of : categories, 'type');
  throw refused('invalid', `/${at}type`, message);
}

export const filterFrom = (asked: FeedFilter): FeedFilter =>
  Object.fromEntries(
    ([...CONCERNED_KINDS, 'type'] as const).flatMap((name) => (asked[name] ? [[name, [...asked[name]]]] : [])),
  );
