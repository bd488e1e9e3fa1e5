/** The log of the process: text or JSON lines, with correlation and trace ids. */
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { Rejected } from '#eventsourcing';
import { correlation } from './correlation.js';

/** The levels of the log, from few lines to all, with Nest's names for them. */
const LOG_LEVELS = { error: ['fatal', 'error'], warn: ['warn'], info: ['log'], debug: ['debug', 'verbose'] } as const;
type Level = keyof typeof LOG_LEVELS;

/** The lines of Nest about its own start, one per route. */
const START_UP_CONTEXTS = /^(?:NestFactory|InstanceLoader|RoutesResolver|RouterExplorer|NestApplication)$/;

export interface LogSettings {
  /** Lines for people, or one JSON object per line. */
  readonly logFormat: 'text' | 'json';
  readonly logLevel: Level;
}

/**
 * The log, on stdout. Each line says of which request it is, and of which trace, wherever in the program it was written. It is
 * given names and codes, never bodies, headers or tokens.
 */
export class Logging extends ConsoleLogger {
  constructor({ logFormat, logLevel }: LogSettings) {
    const levels = Object.keys(LOG_LEVELS) as Level[];
    const shown = levels.slice(0, levels.indexOf(logLevel) + 1);
    super({
      prefix: 'Followthrough',
      json: logFormat === 'json',
      colors: logFormat === 'text' && Boolean(process.stdout.isTTY),
      flattenParams: true,
      logLevels: shown.flatMap((level): readonly LogLevel[] => LOG_LEVELS[level]),
    });
  }

  protected override printMessages(...[messages, context, level, stream, stack, params]: PrintArguments): void {
    if (messages.every((one) => one instanceof Rejected)) return; // the caller was told
    if (level === 'log' && START_UP_CONTEXTS.test(context ?? '') && !this.isLevelEnabled('debug')) return;
    const traceId = trace.getActiveSpan()?.spanContext().traceId;
    const correlationId = correlation.getStore()?.id;
    const fields = { ...(correlationId && { correlationId }), ...(traceId && { traceId }), ...params };
    const where = this.options.json ? 'stdout' : stream;
    super.printMessages(messages, context, level, where, stack, Object.keys(fields).length > 0 ? fields : undefined);
  }

  protected override getTimestamp(): string {
    return new Date().toISOString();
  }

  protected override stringifyJsonLogObject(line: Record<string, unknown>): string {
    const { timestamp, level, message, ...more } = line;
    const [name] = Object.entries(LOG_LEVELS).find(([, names]) => (names as readonly unknown[]).includes(level))!;
    const time = new Date(timestamp as number).toISOString();
    return super.stringifyJsonLogObject({ time, level: name, message, ...more });
  }
}

type PrintArguments = Parameters<ConsoleLogger['printMessages']>;
