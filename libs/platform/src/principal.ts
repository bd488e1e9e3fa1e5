import { CanActivate, ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiProperty } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import type { Correlation } from './correlation.js';

/** Who acts: an account of the secretariat, or of an agency's focal point. No personal data. */
export class Principal {
  @ApiProperty() readonly account: string;
  @ApiProperty({ enum: ['secretariat', 'focal_point'] }) readonly role: 'secretariat' | 'focal_point';
  @ApiProperty({ type: String, nullable: true, description: 'A focal point’s agency; null for the secretariat' })
  readonly agency: string | null;
}

/** Tells whose a bearer token is. */
export abstract class Tokens {
  /** `null` for a token that was never given out, or was revoked. */
  abstract principalOf(token: string): Promise<Principal | null>;
}

/** Whether reading needs a token too. */
export abstract class ReadingIsPublic {
  abstract readonly value: boolean;
}

export type Asking = FastifyRequest & { principal?: Principal; correlation?: Correlation };

const SECRETARIAT_ONLY = 'secretariat-only';
/** The registers are written by the secretariat only. */
export const SecretariatOnly = () => SetMetadata(SECRETARIAT_ONLY, true);
const ALWAYS_OPEN = 'always-open';
/** Health and the like: open even where reading is not. */
export const AlwaysOpen = () => SetMetadata(ALWAYS_OPEN, true);

/** The token of an `Authorization` header. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

/** Writing needs `Authorization: Bearer …`; reading does not, unless that is switched off. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly tokens: Tokens,
    private readonly publicReading: ReadingIsPublic,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Asking>();
    const marked = (mark: string) =>
      this.reflector.getAllAndOverride<boolean>(mark, [context.getHandler(), context.getClass()]) ?? false;
    const token = bearerOf(request.headers.authorization);
    const principal = token ? await this.tokens.principalOf(token) : null;
    if (principal) request.principal = principal;
    const reading = request.method === 'GET' || request.method === 'HEAD';
    if (marked(ALWAYS_OPEN) || (reading && this.publicReading.value)) return true;
    if (!principal)
      throw new Rejected(
        'unauthenticated',
        request.headers.authorization
          ? 'The token is unknown or was revoked.'
          : 'This needs a bearer token: Authorization: Bearer …',
      );
    if (marked(SECRETARIAT_ONLY) && !reading && principal.role !== 'secretariat')
      throw new Rejected('forbidden', 'The registers are kept by the secretariat.');
    return true;
  }
}
