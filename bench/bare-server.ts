/** The baseline of the HTTP measure: a bare Nest handler on Fastify that reads a JSON body and answers. */
import 'reflect-metadata';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { isServed } from './served.js';

@Controller()
class BareController {
  @Post('bare')
  answer(@Body() body: { title?: string }) {
    return { reference: body.title, revision: 0, position: '0' };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
isServed(await app.getUrl());
