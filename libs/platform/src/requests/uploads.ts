/** The files that requests bring: in the field `file` of a form (`multipart/form-data`), on routes that say how many they take. */
import fastifyMultipart from '@fastify/multipart';
import { createParamDecorator, HttpException, PayloadTooLargeException, type ExecutionContext } from '@nestjs/common';
import { hash } from 'node:crypto';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import { isInherited } from '#text';
import { formatNamed } from '../lists/formats.js';
import { MAX_FIELD_BYTES, MAX_FIELDS } from './fastify-refusals.js';
import { routeOf } from './route.js';

export const FILE_TYPE = 'multipart/form-data';

/** The configuration of a route that takes a file: it may be so many times as large as another body. */
export const FILE_CONFIG = { file: true, bodies: 64 } as const;
/** It may take several, which are as large together. */
export const FILES_CONFIG = { ...FILE_CONFIG, files: 100 } as const;

export interface Upload {
  /** As the sender calls it: words to show, never a path. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** In hexadecimal. */
  readonly sha256: string;
}

const uploads = new WeakMap<FastifyRequest, Upload[]>();

export const takesFile = (request: FastifyRequest): boolean =>
  (routeOf(request).config as { file?: boolean }).file === true;

/** The configuration of a route whose form may come in parts, without a file. */
export const MULTIPART_CONFIG = { parts: true } as const;
const takesParts = (request: FastifyRequest): boolean =>
  (routeOf(request).config as { parts?: boolean }).parts === true;

/** The files that a request brings. @throws Rejected `invalid` when it brings none */
export const UploadedFiles = createParamDecorator((_: unknown, context: ExecutionContext): readonly Upload[] => {
  const all = uploads.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (all) return all;
  throw new Rejected('invalid', '/file: no file was sent', [{ pointer: '/file', message: 'no file was sent' }]);
});

/** The one file of a request. @throws Rejected `invalid` when it brings none */
export const Uploaded = (): ParameterDecorator => UploadedFiles(FIRST_UPLOAD);
const FIRST_UPLOAD = { transform: ([first]: readonly Upload[]): Upload => first! };

/** The digest of several files, of their names and digests. */
export const digestOfFiles = (files: readonly Upload[]): string =>
  hash('sha256', files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''), 'hex');

/** The types of a body that is the file itself, without a form around it. */
const XLSX_TYPE = formatNamed('xlsx').mediaType;

/** The media type of a request, without its parameters. */
const typeOf = ({ headers }: FastifyRequest): string =>
  (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();

/** Keeps a file of a request. @returns the digest of the file, or of all so far */
function keepUpload(request: FastifyRequest, name: string, bytes: Buffer): string {
  const all = [...(uploads.get(request) ?? []), { name, bytes, sha256: hash('sha256', bytes, 'hex') }];
  uploads.set(request, all);
  return all.length === 1 ? all[0]!.sha256 : digestOfFiles(all);
}

/**
 * Lets the routes that are marked so (`FILE_CONFIG`) take a file; all others refuse these types of body. The fields beside it are
 * the body, and `file` in it is the digest of the file: the same request again is known by it.
 */
export async function readsFiles(server: FastifyInstance): Promise<void> {
  await server.register(fastifyMultipart, { throwFileSizeLimit: true });
  server.addContentTypeParser(XLSX_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (!takesFile(request)) return done(otherType(request));
    done(null, bytes.length > 0 ? { file: keepUpload(request, 'workbook.xlsx', bytes) } : {});
  });
  server.addHook('preValidation', async function readForm(request) {
    const isFile = typeOf(request) === FILE_TYPE;
    if (isFile && !takesFile(request) && !takesParts(request)) throw otherType(request);
    if (isFile) request.body = await partsOfForm(request);
  });
}

const otherType = ({ headers }: FastifyRequest) =>
  new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(headers['content-type'] ?? 'none');

/** Refuses a request without a form where a file is to come with one; it is known by then who asks. */
export function refuseWithoutFile(request: FastifyRequest): void {
  if (takesFile(request) && typeOf(request) !== FILE_TYPE && typeOf(request) !== XLSX_TYPE) throw otherType(request);
}

/** Bytes that are no UTF-8 are read as this. */
const NO_UTF8 = '\ufffd';

async function partsOfForm(request: FastifyRequest): Promise<Record<string, string>> {
  const fields: Record<string, string> = {};
  const { files = 1 } = request.routeOptions.config as { files?: number };
  const limits = { files, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, fileSize: request.routeOptions.bodyLimit };
  try {
    for await (const part of request.parts({ limits })) {
      const again = part.fieldname in fields && !(part.type === 'file' && files > 1);
      if (isInherited(part.fieldname) || again)
        throw new Rejected('bad_request', `The form has the field ${part.fieldname.slice(0, 100)} twice.`);
      if (part.type === 'file') {
        if (part.fieldname !== 'file')
          throw new Rejected('bad_request', `The file is the field file, not ${part.fieldname.slice(0, 100)}.`);
        const bytes = await part.toBuffer();
        if (bytes.length === 0 && !part.filename) continue; // a browser sends so that none was chosen
        const name = (part.filename ?? 'file').replace(/^.*[/\\]/, '').slice(0, 200) || 'file';
        fields['file'] = keepUpload(request, name, bytes);
      } else if (part.valueTruncated)
        throw new PayloadTooLargeException(
          `The field ${part.fieldname.slice(0, 100)} has more than ${MAX_FIELD_BYTES} bytes.`,
        );
      else if (String(part.value).includes(NO_UTF8))
        throw new Rejected('bad_request', `The field ${part.fieldname.slice(0, 100)} holds what is not UTF-8.`);
      else if (typeof part.value === 'string' && part.value.trim() !== '')
        fields[part.fieldname] = part.value.replaceAll('\r\n', '\n');
    }
  } catch (error) {
    const { statusCode, message } = error as { statusCode?: number; message: string };
    if (error instanceof Rejected || error instanceof HttpException || statusCode === 413) throw error;
    throw new Rejected('bad_request', `The form is not well formed: ${message}.`);
  }
  return fields;
}
