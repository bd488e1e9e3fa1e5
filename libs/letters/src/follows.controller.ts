/** The routes of follows: the subjects of an account's digests. */
import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import { ApiConflictResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { AccessStore } from '#access';
import { Answers, Caller, OneOf, Rights, Text, signedIn, type Principal } from '#platform';
import { ACCOUNT_ROLES, REPORT_LANGUAGES, type ReportLanguage } from '#words';
import { FollowTargets, FOLLOW_KINDS, type FollowKind } from './follow-targets.js';
import { Follows, type Follow } from './follows.js';

export class FollowAsked {
  @OneOf(FOLLOW_KINDS, { example: 'agency' }) kind: FollowKind;
  @Text({
    ...{ max: 1_000, free: false, example: 'IOM' },
    description: 'The code of an agency, theme or forum; of a list the query of its address, `agency=IOM&overdue=true`',
  })
  code: string;
}

class FollowView {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty({ enum: FOLLOW_KINDS }) readonly kind: FollowKind;
  @ApiProperty({ example: 'IOM' }) readonly code: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ description: 'The path of its page', example: '/agencies/IOM' }) readonly page: string;
  @ApiProperty({ format: 'date-time' }) readonly since: string;
}

class FollowList {
  @ApiProperty({ type: [FollowView] }) readonly items: FollowView[];
}

class LettersIn {
  @OneOf(REPORT_LANGUAGES, { example: 'fr' }) language: ReportLanguage;
}

class LanguageView {
  @ApiProperty({ enum: REPORT_LANGUAGES }) readonly language: ReportLanguage;
}

const OfOwn = () => Rights({ scope: 'read', roles: ACCOUNT_ROLES, only: 'its own' });

@ApiTags('Follows')
@Controller('v1')
export class FollowsController {
  constructor(
    private readonly follows: Follows,
    private readonly targets: FollowTargets,
    private readonly access: AccessStore,
  ) {}

  @Get('follows')
  @OfOwn()
  @Answers(
    FollowList,
    'The follows of the caller, by e-mail',
    'Each is told of in a digest, once a week at most, and only when something happened.',
  )
  async listFollows(@Caller() caller: Principal | null): Promise<FollowList> {
    const all = await this.follows.of(signedIn(caller).account);
    return { items: await Promise.all(all.map((one) => this.#shown(one))) };
  }

  @Post('follows')
  @OfOwn()
  @Answers(
    FollowView,
    'Follow an agency, a theme, a forum or a list by e-mail',
    'A digest comes once a week at most, after a change, to the address of the account. A follow that exists stays as it is. People without an account follow on the pages, and confirm the address.',
    201,
    () => '/v1/follows',
  )
  @ApiConflictResponse({ description: 'The account has no address' })
  async createFollow(@Body() asked: FollowAsked, @Caller() caller: Principal | null): Promise<FollowView> {
    return this.#shown(await this.follows.follow(signedIn(caller).account, asked));
  }

  @Post('follows/:id/end')
  @OfOwn()
  @Answers(FollowList, 'No longer follow something', 'At once: a digest that waits leaves it out.')
  async endFollow(@Param('id') id: string, @Caller() caller: Principal | null): Promise<FollowList> {
    await this.follows.end(signedIn(caller).account, id);
    return this.listFollows(caller);
  }

  @Put('me/language')
  @Rights({ scope: null, roles: ACCOUNT_ROLES, only: 'its own' })
  @Answers(LanguageView, 'The language of letters to the caller', 'English, French or Spanish.')
  async setLanguage(@Body() { language }: LettersIn, @Caller() caller: Principal | null): Promise<LanguageView> {
    await this.access.accounts.writeIn(signedIn(caller).account, language);
    return { language };
  }

  async #shown(follow: Follow): Promise<FollowView> {
    const { id, kind, code, created: since } = follow;
    return { id, kind, code, since, name: await this.targets.nameOf(follow), page: this.targets.pathOf(follow) };
  }
}
