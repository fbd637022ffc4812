import { Document, Scalar } from 'yaml';
import { DERIVED_ID } from '../contract/key';
import { TECHNICAL_COLUMNS } from '../contract/reading/readColumn';
import { fileGlob } from './fileGlob';
import type { FoundKey } from './findKey';
import { LONGEST_KEY, type GuessedRoles, type NamedProfile } from './guessRoles';
import type { LocalText } from './localText';
import type { ColumnProfile } from './profileColumns';

/** What was found in a file. */
export interface FileProfile extends LocalText {
  /** Name of the file. */
  file: string;
  delimiter: string;
  records: number;
  columns: NamedProfile[];
  key: FoundKey;
  roles: GuessedRoles;
}

/**
 * Writes a contract as YAML. Guesses are marked in comments; `notes` come first. The YAML library writes all of it, so any
 * text of the file is quoted where it must be.
 */
export function draftContract(dataset: string, profile: FileProfile, notes: readonly string[]): string {
  const document = new Document({
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: dataset,
    version: '0.1.0',
    status: 'draft',
    schema: [
      {
        name: dataset,
        logicalType: 'object',
        physicalType: 'csv',
        properties: profile.columns.map((column) => property(column, profile)),
      },
    ],
    customProperties: sourceProperties(profile),
  });
  document.commentBefore = [
    'Open Data Contract Standard v3.1 (https://bitol-io.github.io/open-data-contract-standard/)',
    `Drafted from ${profile.file} (${profile.records} records). Read every line marked "guessed" before you rely on it.`,
    ...notes.map((note) => `Not settled: ${note}`),
  ]
    .map(comment)
    .join('\n');
  return document.toString({ lineWidth: 0, blockQuote: false });
}

/** Column names for headers: letters, digits and underscores, without repetitions. */
export function nameColumns(profiles: ColumnProfile[]): NamedProfile[] {
  const taken = new Set<string>([...TECHNICAL_COLUMNS, DERIVED_ID]);
  return profiles.map((profile, index) => {
    const plain = profile.header
      .normalize('NFKD')
      .replaceAll(/\p{Mark}/gu, '')
      .replaceAll(/[^A-Za-z0-9_]+/g, '_')
      .replaceAll(/^_+|_+$/g, '');
    const first = plain === '' ? `column_${index + 1}` : /^[0-9]/.test(plain) ? `_${plain}` : plain;
    const isName = first === profile.header;
    let name = isName ? first : first.toLowerCase();
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${first}_${number}`;
    taken.add(name.toLowerCase());
    return { ...profile, name };
  });
}

function property(column: NamedProfile, { key, roles }: FileProfile): object {
  const { name, header, physicalType, logicalType, filled, rows, distinct } = column;
  const place = key.columns.indexOf(name);
  const isFull = rows > 0 && filled === rows;
  const isUnique = isFull && rows > 1 && distinct === rows;
  const options = optionsOf(column, logicalType === 'string' && name === roles.id && name === roles.text);
  const ownRoles = Object.entries(roles).flatMap(([role, of]) => (of === name ? [role] : []));
  return {
    name,
    ...(header === name ? {} : { physicalName: header }),
    ...(physicalType === undefined ? {} : { physicalType: guess(physicalType, 'guessed: keeps every digit') }),
    logicalType: filled === 0 ? guess(logicalType, 'guessed: the file has no value in it') : logicalType,
    ...(place >= 0
      ? {
          required: true,
          ...(key.columns.length === 1 ? { unique: true } : {}),
          primaryKey: guess(true, 'guessed'),
          ...(key.columns.length === 1 ? {} : { primaryKeyPosition: place + 1 }),
        }
      : isFull
        ? {
            required: guess(
              true,
              `guessed: every record has a value${isUnique ? '; no value is repeated in this file, so it may be unique' : ''}`,
            ),
          }
        : {}),
    ...(Object.keys(options).length === 0 ? {} : { logicalTypeOptions: options }),
    ...(ownRoles.length === 0
      ? {}
      : { customProperties: ownRoles.map((role) => ({ property: 'role', value: guess(role, 'guessed') })) }),
  };
}

function optionsOf(column: NamedProfile, needsLength: boolean): object {
  const { format, alternative, textFormat, values } = column;
  const written = alternative === undefined ? format : guess(format, `guessed: ${alternative} fits every value too`);
  return {
    ...(format === undefined ? {} : { format: written }),
    ...(textFormat === undefined ? {} : { format: guess(textFormat, 'guessed: every value has this format') }),
    ...(values === undefined
      ? {}
      : { pattern: guess(values.map(escaped).join('|'), 'guessed: the file has no other values') }),
    ...(needsLength ? { maxLength: LONGEST_KEY } : {}),
  };
}

function sourceProperties({ file, delimiter, encoding, compressed, key }: FileProfile): object[] {
  const isGuessed = encoding === 'windows-1252';
  const properties: [string, unknown][] = [
    ['glob', guess(fileGlob(file), 'guessed: the names of all files match this')],
    ['delimiter', delimiter],
    ['encoding', isGuessed ? guess(encoding, 'guessed: the bytes are not UTF-8') : encoding],
    ...(compressed ? [['compression', 'gzip'] satisfies [string, unknown]] : []),
    ...(key.columns.length > 0
      ? []
      : ([
          ['key', guess('rowHash', 'guessed: no key of one to three columns was found')],
          ['repeatedKeys', guess('keepFirst', 'records with one hash are the same record')],
        ] satisfies [string, unknown][])),
    ['maxRejectShare', 0],
  ];
  return properties.map(([property, value]) => ({ property, value }));
}

/** A value with a comment on its line. */
function guess(value: unknown, text: string): Scalar {
  const scalar = new Scalar(value);
  scalar.comment = comment(text);
  return scalar;
}

/** A text as a comment on one line. */
function comment(text: string): string {
  // eslint-disable-next-line no-control-regex -- a name of a file may have any character
  return ` ${text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
