/** The account behind a request, and the marks by which a route states who may ask. */
import { SetMetadata } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Correlation } from '../observability/correlation.js';

/** The actor: an account of the secretariat, or of an agency's focal point. No personal data. */
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

export type ApiRequest = FastifyRequest & {
  principal?: Principal;
  correlation?: Correlation;
  /** Of its address and body, where it came with an idempotency key. */
  digest?: string;
  /** Throws once there is nobody left to work for: the caller has gone, or the token was revoked. */
  checkConnected?: () => Promise<void>;
};

/** The token of an `Authorization` header. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];

export const SECRETARIAT_ONLY = 'secretariat-only';
/** The registers are written by the secretariat only. */
export const SecretariatOnly = () => SetMetadata(SECRETARIAT_ONLY, true);
export const READS = 'reads';
/** A POST that records nothing: it is open to whoever may read. */
export const Reads = () => SetMetadata(READS, true);
export const ALWAYS_OPEN = 'always-open';
/** Health and the like: open even where reading is not. */
export const AlwaysOpen = () => SetMetadata(ALWAYS_OPEN, true);
