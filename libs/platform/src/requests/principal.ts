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

/** Somebody who is signed in, in one browser. */
export interface Session {
  readonly id: string;
  /** The value of the cookie; only its hash is kept. */
  readonly secret: string;
  readonly account: string;
  /** The name of the person, for the header of pages; never in the log. */
  readonly name: string;
  /** The role in which the person acts now; `null`: it has none now. */
  readonly principal: Principal | null;
}

/** Tells whose a session is. */
export abstract class Sessions {
  /** `null` for one that was never begun, has ended, or was left alone for too long. @throws StoreUnavailable */
  abstract sessionOf(secret: string): Promise<Session | null>;
}

/** Whether reading needs a token too. */
export abstract class ReadingIsPublic {
  abstract readonly value: boolean;
}

export type ApiRequest = FastifyRequest & {
  principal?: Principal;
  /** Of whoever is signed in, where the request may come with it. */
  session?: Session;
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
export const ALWAYS_OPEN = 'always-open';
/** Health and the like: open even where reading is not. */
export const AlwaysOpen = () => SetMetadata(ALWAYS_OPEN, true);

export const SIGNED_IN = 'signed-in';
/** A page for those who are signed in; all others are led to where they can. */
export const ForSignedIn = () => SetMetadata(SIGNED_IN, true);
