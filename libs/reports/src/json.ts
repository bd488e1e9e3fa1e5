/** A report as JSON: the model as it is, with every figure as a number. */
import { isStream, type ReportFormat, type RowStream, type Table } from './report.js';
import { encoded } from './encoded.js';

export const json: ReportFormat = {
  mediaType: 'application/json',
  extension: 'json',
  reads: ['sections', 'data'],
  write: (report) => encoded(withLineEnd(jsonPieces(report))),
};

/** All that the bytes of a report depend on, as a file beside it. */
export const manifest: ReportFormat = {
  mediaType: 'application/json',
  extension: 'manifest.json',
  reads: [],
  write: ({ manifest }) => encoded([`${JSON.stringify(manifest, null, 2)}\n`]),
};

async function* withLineEnd(texts: AsyncIterable<string>): AsyncGenerator<string> {
  yield* texts;
  yield '\n';
}

const holdsStream = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (isStream(value as Table['rows']) || Object.values(value).some(holdsStream));

/** A value with all rows that are read on the way. */
async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (!holdsStream(value)) yield JSON.stringify(value);
  else if (isStream(value as Table['rows'])) yield* listPieces(value as RowStream);
  else yield* parts(value as object);
}

async function* parts(streaming: object): AsyncGenerator<string> {
  const isList = Array.isArray(streaming);
  let between = isList ? '[' : '{';
  for (const [key, one] of Object.entries(streaming)) {
    if (one === undefined) continue;
    yield isList ? between : `${between}${JSON.stringify(key)}:`;
    yield* jsonPieces(one);
    between = ',';
  }
  yield isList ? ']' : '}';
}

async function* listPieces(rows: RowStream): AsyncGenerator<string> {
  let between = '[';
  for await (const page of rows) {
    if (page.length === 0) continue;
    yield between + JSON.stringify(page).slice(1, -1);
    between = ',\n';
  }
  yield between === '[' ? '[]' : ']';
}
