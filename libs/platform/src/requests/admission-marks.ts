/** The marks of routes on their admission (`admission.ts`). */
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

export interface AdmissionMarks {
  /** A body is taken from strangers, too; a small one. */
  readonly open?: boolean;
  /** How many times the usual body it takes. */
  readonly bodies?: number;
  /** Whether a request is answered for as long as its client likes. */
  readonly follows?: (request: FastifyRequest) => boolean;
}

const CONFIG_METADATA = '__fastify_route_config__';

/** Marks a route for its admission, beside its other marks. */
export const Admits =
  (marks: AdmissionMarks): MethodDecorator =>
  (target, name, descriptor) => {
    const others = Reflect.getMetadata(CONFIG_METADATA, descriptor.value as object) as object | undefined;
    RouteConfig({ ...others, ...marks })(target, name, descriptor);
  };
