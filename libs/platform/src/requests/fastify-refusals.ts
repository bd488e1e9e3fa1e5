/** The refusals of Fastify and its plugins in our words, by their codes: none reaches a client in theirs. */

/** The longest part of an address that names something. */
export const MAX_PARAMETER_CHARS = 400;

/** The most fields of a form in parts, and the most bytes of one. */
export const [MAX_FIELDS, MAX_FIELD_BYTES] = [50, 64 * 1024] as const;

export const FASTIFY_REFUSALS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The address cannot be read: what follows a % sign in it is no UTF-8 in hexadecimal digits.',
  FST_ERR_MAX_PARAM_LENGTH: `A part of the address has more than ${MAX_PARAMETER_CHARS} characters.`,
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than is taken here.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'The Content-Type is not one that is taken here: the API takes application/json, and a file as multipart/form-data.',
  FST_PARTS_LIMIT: 'The form has more parts than are taken here.',
  FST_FILES_LIMIT: 'The form brings more files than are taken here.',
  FST_FIELDS_LIMIT: `The form has more than ${MAX_FIELDS} fields beside its files.`,
  FST_REQ_FILE_TOO_LARGE: 'The file is larger than is taken here.',
};
