/** The crosswalks: read as at a date, and the acts that only they have. */
import { Body, Controller, Get, Header, HttpCode, Inject, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  IntersectionType,
  OmitType,
} from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { todayAt, type FullDate } from '#clocks';
import { fold, handle, load, Rejected, type Log, type NewEvent } from '#eventsourcing';
import {
  AskedBy,
  clocksOf,
  FieldsOf,
  goingOn,
  InRows,
  LOG,
  referencesIn,
  WantedFormat,
  type Asked,
  type Format,
} from '#platform';
import { LATEST, RetractDatedAct } from './agency.js';
import type { Kept } from './corrections.js';
import {
  Crosswalk,
  crosswalk,
  crosswalkAt,
  CrosswalkLink,
  CrosswalkVersion,
  NoEquivalent,
  publish,
  PublishVersion,
  retractVersion,
  setUp,
  versionOf,
  type CrosswalkAsAt,
  type CrosswalkEvents,
  type CrosswalkState,
  type Known,
} from './crosswalk.js';
import { pageOf, RegisterListQuery, RegisterPage } from './list.js';
import { Lookup } from './register.js';
import { registerController, RegisterAnswer, RegisterQuery } from './registers.controller.js';

const ACTS = { setUp, publish, retractVersion };

/** One act on a crosswalk: which, and what it says. */
export type CrosswalkAct = {
  [A in keyof typeof ACTS]: { readonly act: A; readonly body: Parameters<(typeof ACTS)[A]>[0] };
}[keyof typeof ACTS];

/** Acts on a crosswalk, done all or none. */
export class CrosswalkCommand extends Command<RegisterAnswer> {
  constructor(
    readonly code: string,
    readonly acts: readonly CrosswalkAct[],
    readonly asked: Asked,
    /** Streams that will be written together with this one, as in the import of a folder. */
    readonly together: ReadonlySet<string> = new Set(),
  ) {
    super();
  }
}

@CommandHandler(CrosswalkCommand)
export class CrosswalkCommandHandler implements ICommandHandler<CrosswalkCommand> {
  private readonly lookup: Lookup;

  constructor(@Inject(LOG) private readonly log: Log) {
    this.lookup = new Lookup(log);
  }

  async execute({ code, acts, asked, together }: CrosswalkCommand): Promise<RegisterAnswer> {
    const named = acts.flatMap(({ body }) => referencesIn(body));
    const wrong = await this.lookup.unknownIn(named, together);
    const frameworks = new Map<string, string>();
    for (const theme of new Set(named.flatMap(({ kinds, code }) => (kinds.includes('theme') ? code : [])))) {
      const entry = await this.lookup.entry('theme', theme);
      if (entry) frameworks.set(theme, entry.framework);
    }
    const known: Known = { today: todayAt(new Date()), frameworkOf: (theme) => frameworks.get(theme) };
    // Whether the crosswalk can do so at all is told before what the body names.
    const decide = (before: CrosswalkState & Kept, revision: number) => {
      const decided = decideAll(acts, known)(before, revision);
      if (wrong) throw wrong;
      return decided;
    };
    const { revision, position } = await handle(this.log, crosswalk, code, decide, asked.meta, asked.expected);
    return { code, revision, position };
  }
}

/** What acts yield in turn. */
const decideAll =
  (acts: readonly CrosswalkAct[], known: Known) =>
  (state: CrosswalkState & Kept, revision: number): NewEvent<CrosswalkEvents>[] =>
    acts.flatMap(({ act, body }) => {
      const events = ACTS[act](body as never, known)(state);
      state = fold(crosswalk, state, events, revision);
      revision += events.length;
      return events;
    });

class CrosswalkQuery extends RegisterQuery {
  @ApiProperty({ required: false, type: String, description: 'Which version; without it the one as at the date' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  version?: string;
}

/** A version without its links. */
class CrosswalkVersionInBrief extends OmitType(CrosswalkVersion, ['links', 'noEquivalent']) {}

class LabelledLink extends CrosswalkLink {
  @ApiProperty() readonly fromLabel: string;
  @ApiProperty() readonly toLabel: string;
}

class LabelledTheme extends NoEquivalent {
  @ApiProperty() readonly label: string;
}

/** A version with what its themes are called. */
class LabelledVersion extends CrosswalkVersionInBrief {
  @ApiProperty({ type: [LabelledLink] }) readonly links: LabelledLink[];
  @ApiProperty({ type: [LabelledTheme] }) readonly noEquivalent: LabelledTheme[];
}

class CrosswalkVersions {
  @ApiProperty({ type: [CrosswalkVersionInBrief], description: 'All by then; the last one holds' })
  readonly versions: CrosswalkVersionInBrief[];
}

class CrosswalkItem extends IntersectionType(Crosswalk, CrosswalkVersions) {}

class CrosswalkView extends CrosswalkItem {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ type: () => LabelledVersion, nullable: true, description: 'null: none was published by then' })
  readonly version: LabelledVersion | null;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

class CrosswalkList extends RegisterPage {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ type: [CrosswalkItem] }) readonly items: CrosswalkItem[];
}

class CrosswalkListQuery extends RegisterListQuery {
  @FieldsOf(CrosswalkItem) fields?: string[];
}

/** A crosswalk as a row of a table: with the version that holds. */
const inRow = ({ versions, ...entry }: Partial<CrosswalkItem>) => {
  const { version = '', author = '', reportedOn = '' } = versions?.at(-1) ?? {};
  return { ...entry, ...(versions && { version, author, reportedOn }) };
};

@Controller('v1/crosswalks')
export class CrosswalksController extends registerController('crosswalk', 'crosswalks') {
  @Get()
  @ApiOperation({ summary: 'All crosswalks between frameworks as at a date', operationId: 'listCrosswalks' })
  @ApiOkResponse({ type: CrosswalkList })
  @InRows(inRow)
  override async list(@Query() query: CrosswalkListQuery, @WantedFormat() format: Format) {
    const { asOf, knownAt } = await clocksOf(goingOn(query), this.log.store);
    const position = await this.registered.pinned(knownAt);
    const all = (await this.registered.all('crosswalk', position, asOf)).map(inBrief);
    return { asOf, ...pageOf(all, query, { list: 'crosswalks', asOf, position }, format) };
  }

  @Get(':code')
  @ApiOperation({ summary: 'One crosswalk as at a date, with its links', operationId: 'getCrosswalk' })
  @ApiOkResponse({ type: CrosswalkView })
  override async one(@Param('code') code: string, @Query() query: CrosswalkQuery, @WantedFormat() format?: Format) {
    const { asOf, knownAt } = await clocksOf(query, this.log.store);
    const { state, revision, position } = await load(this.log, crosswalk, code, knownAt);
    if (!state.entry) throw new Rejected('not_found', `There is no crosswalk ${code}.`);
    const named = query.version !== undefined;
    const held = versionOf(crosswalkAt(state, named ? LATEST : asOf), query.version);
    const version = held && labelled(held, await this.registered.names('theme', await this.registered.pinned(knownAt)));
    if (format !== 'json') return { asOf, position, rows: version ? linesOf(version) : [] };
    return { ...inBrief(crosswalkAt(state, asOf)), asOf, version, revision, position };
  }

  @Post(':code/versions')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Publish a version of a crosswalk, which takes the place of the one before',
    operationId: 'publishCrosswalkVersion',
  })
  @ApiOkResponse({ type: RegisterAnswer })
  publish(@Param('code') code: string, @Body() body: PublishVersion, @AskedBy() asked: Asked) {
    return this.commands.execute(new CrosswalkCommand(code, [{ act: 'publish', body }], asked));
  }

  @Post(':code/history/:revision/retract')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Take back a version that was a mistake', operationId: 'retractCrosswalkVersion' })
  @ApiParam({ name: 'revision', schema: { type: 'integer' } })
  @ApiOkResponse({ type: RegisterAnswer })
  @ApiConflictResponse({ description: 'It is no version, or was taken back already' })
  retract(
    @Param('code') code: string,
    @Param('revision', ParseIntPipe) revision: number,
    @Body() body: RetractDatedAct,
    @AskedBy() asked: Asked,
  ) {
    const act = { act: 'retractVersion', body: Object.assign(body, { revision }) } as const;
    return this.commands.execute(new CrosswalkCommand(code, [act], asked));
  }
}

const inBrief = ({ versions, ...entry }: CrosswalkAsAt): CrosswalkItem => ({
  ...entry,
  versions: versions.map(({ links: _links, noEquivalent: _none, ...version }) => version),
});

const labelled = (
  { links, noEquivalent, ...version }: CrosswalkVersion,
  labels: ReadonlyMap<string, string>,
): LabelledVersion => {
  const labelOf = (theme: string) => labels.get(theme) ?? theme;
  return {
    ...version,
    links: links.map((link) => ({ ...link, fromLabel: labelOf(link.from), toLabel: labelOf(link.to) })),
    noEquivalent: (noEquivalent ?? []).map((none) => ({ ...none, label: labelOf(none.theme) })),
  };
};

/** A version as rows of a table: its links, and the themes that have none. */
const linesOf = ({ version, reportedOn, links, noEquivalent }: LabelledVersion) => [
  ...links.map(({ from, fromLabel, match, to, toLabel, note = '' }) => ({
    ...{ from, fromLabel, match, to, toLabel, note },
    ...{ version, reportedOn },
  })),
  ...noEquivalent.map(({ theme, label, note = '' }) => ({
    ...{ from: theme, fromLabel: label, match: 'no equivalent', to: '', toLabel: '', note },
    ...{ version, reportedOn },
  })),
];
