/** The successful answer of a route, in the code and in the description of the API at once. */
import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';

const ADDRESS_METADATA = Symbol('ADDRESS');

/**
 * The answer of a route, its summary, and more about it.
 * @param addressOf of a route that makes something: the address of that, for `Location`
 */
export const Answers = <T extends object>(
  type: Type<T>,
  summary: string,
  description?: string,
  status: 200 | 201 | 202 = 200,
  addressOf?: (made: T) => string,
) =>
  applyDecorators(
    HttpCode(status),
    SetMetadata(ADDRESS_METADATA, addressOf),
    ApiOperation({ summary, description }),
    ApiResponse({ status, type }),
  );

/** The address of the thing that a route made; absent: it makes none, or says so itself. */
export const addressOfMade = (handler: object, made: unknown): string | undefined =>
  (Reflect.getMetadata(ADDRESS_METADATA, handler) as ((made: unknown) => string) | undefined)?.(made);
