/** The routes of a server that answer with pages. */
import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { TestServer } from './server.js';

const interceptorsOf = (of: object) =>
  ((Reflect.getMetadata('__interceptors__', of) ?? []) as { name: string }[]).map(({ name }) => name);

/** Every route that shows a page when it is asked for one, as its controller has it: `/agencies/:code`. */
export const pageRoutes = (server: TestServer): string[] =>
  [...server.app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ metatype }) => {
      if (!metatype || !JSON.stringify(interceptorsOf(metatype)).includes('PageInterceptor')) return [];
      const base = Reflect.getMetadata('path', metatype) as string;
      const handlers = Object.entries(Object.getOwnPropertyDescriptors(metatype.prototype as object));
      return handlers.flatMap(([name, { value }]) => {
        const isRead = name !== 'constructor' && Reflect.getMetadata('method', value as object) === RequestMethod.GET;
        const path = isRead ? (Reflect.getMetadata('path', value as object) as string) : undefined;
        return path === undefined ? [] : [`/${base}/${path}`.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')];
      });
    }),
  );
