/** Folders of JSON files in the form of `data/hld-follow-up`: their files, and the faults of one. */
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, matchesGlob, resolve } from 'node:path';
import type { Register } from '#registers';
import type { TableSubject } from './fields.js';
import { folderOf, unreadableFile, type SentFolder } from './sent-tables.js';

/** A fault that keeps a folder from being imported: its place and its words. */
export interface ImportProblem {
  readonly file: string;
  /** 1 for the first row; 0 for the file as a whole. */
  readonly row: number;
  /** The row's code, id or reference. */
  readonly id: string;
  /** JSON pointer into the row. */
  readonly field: string;
  readonly message: string;
}

export type Json = Record<string, unknown>;

/** A row of a file, or the one thing that the file holds. */
export interface FolderRow {
  readonly file: string;
  readonly row: number;
  readonly data: Json;
}

/** The registers of which a folder holds lists. */
export type ListedRegister = Register & TableSubject;

export const REGISTER_FILES = {
  'documents.json': 'document',
  'agencies.json': 'agency',
  'frameworks.json': 'framework',
  'forums.json': 'forum',
  'outcomes.json': 'outcome',
} as const satisfies Record<string, ListedRegister>;

export const COMMITMENTS_FILE = 'commitments.json';

/** Reporting rounds that were held before, with who answered by which paper. */
export const ROUNDS_FILE = 'rounds.json';

/** Files with a version of a crosswalk each, `{from, to, version, links, noEquivalent}`. */
export const CROSSWALK_FILES = 'crosswalk-*.json';

/** Whether a file of a folder is called as one that is read. */
export const isOfForm = (name: string): boolean =>
  [...Object.keys(REGISTER_FILES), COMMITMENTS_FILE, ROUNDS_FILE, CROSSWALK_FILES].some((pattern) =>
    matchesGlob(name, pattern),
  );

/** The files that a folder may hold beside its data. */
const OTHER_FILES = ['*.md', 'expected', '.*'];

/** The files of a folder in this form. @throws Rejected `unreadable_file` where there is no such folder */
export function jsonFolderAt(path: string): SentFolder {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw unreadableFile(`${path}: there is no such folder.`);
  const names = readdirSync(path).sort();
  const isData = (name: string) => isOfForm(name) && statSync(join(path, name)).isFile();
  const files = names.filter(isData).map((name) => {
    const bytes = readFileSync(join(path, name));
    return { name, bytes, sha256: hash('sha256', bytes, 'hex') };
  });
  const others = names.filter((name) => !isData(name) && !OTHER_FILES.some((pattern) => matchesGlob(name, pattern)));
  return { ...folderOf(basename(resolve(path)), files), others };
}
