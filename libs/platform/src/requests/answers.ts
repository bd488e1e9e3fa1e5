/** The successful answer of a route, in the code and in the description of the API at once. */
import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';

/** The answer of a route, its summary, and more about it. */
export const Answers = (type: Type, summary: string, description?: string, status: 200 | 201 | 202 = 200) =>
  applyDecorators(HttpCode(status), ApiOperation({ summary, description }), ApiResponse({ status, type }));
