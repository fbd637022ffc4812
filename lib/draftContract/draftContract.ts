import { stringify } from 'yaml';
import type { ColumnRoles } from '../contract/contract';
import { TECHNICAL_COLUMNS } from '../contract/reading/readColumn';
import { LONGEST_KEY, type NamedProfile } from './guessRoles';
import type { LocalText } from './localText';
import type { ColumnProfile } from './profileColumns';

/** What was found in a file. */
export interface FileProfile extends LocalText {
  /** Name of the file, for comments. */
  file: string;
  delimiter: string;
  records: number;
  /** Records that would be rejected under the draft. */
  rejected: number;
}

/** Writes a contract as YAML. Guesses are marked in comments. */
export function draftContract(
  dataset: string,
  profile: FileProfile,
  columns: NamedProfile[],
  roles: ColumnRoles,
): string {
  const { encoding, compressed, delimiter, records, rejected } = profile;
  const share = Math.ceil((100 * rejected) / Math.max(1, records)) / 100;
  const glob = compressed ? '*.csv.gz' : '*.csv';
  const lines = [
    '# Open Data Contract Standard v3.1 (https://bitol-io.github.io/open-data-contract-standard/)',
    `# Drafted from ${profile.file} (${records} records). Read every line marked "guessed" before you rely on it.`,
    'apiVersion: v3.1.0',
    'kind: DataContract',
    `id: ${dataset}`,
    'version: 0.1.0',
    'status: draft',
    'schema:',
    `  - name: ${dataset}`,
    '    logicalType: object',
    '    physicalType: csv',
    '    properties:',
    ...columns.flatMap((column) => columnLines(column, roles)),
    'customProperties:',
    ...custom('glob', glob, 'guessed: the names of all files match this'),
    ...custom('delimiter', delimiter),
    ...custom('encoding', encoding, encoding === 'windows-1252' ? 'guessed: the bytes are not UTF-8' : undefined),
    ...(compressed ? custom('compression', 'gzip') : []),
    ...custom('maxRejectShare', share, rejected === 0 ? undefined : `guessed: ${rejected} records would be rejected`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Column names for headers: letters, digits and underscores, without repetitions. */
export function nameColumns(profiles: ColumnProfile[]): NamedProfile[] {
  const taken = new Set<string>(TECHNICAL_COLUMNS);
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

function columnLines(column: NamedProfile, roles: ColumnRoles): string[] {
  const isKey = column.name === roles.id;
  const isFull = column.rows > 0 && column.filled === column.rows;
  const isUnique = isFull && column.rows > 1 && column.distinct === column.rows;
  const isText = isKey && roles.id === roles.text;
  const options = optionLines(column, isText && column.logicalType === 'string');
  const ownRoles = Object.entries(roles).flatMap(([role, name]) => (name === column.name ? [role] : []));
  return [
    `      - name: ${scalar(column.name)}`,
    ...(column.header === column.name ? [] : [`        physicalName: ${scalar(column.header)}`]),
    ...(column.physicalType === undefined
      ? []
      : [`        physicalType: ${column.physicalType} # guessed: keeps every digit`]),
    `        logicalType: ${column.logicalType}${column.filled === 0 ? ' # guessed: the file has no value in it' : ''}`,
    ...(isKey
      ? [
          '        required: true',
          `        unique: true${isUnique ? '' : ' # guessed: not true in this file; records that repeat a value are rejected'}`,
          '        primaryKey: true # guessed',
        ]
      : [
          ...(isFull ? ['        required: true # guessed: every record has a value'] : []),
          ...(isUnique ? ['        # unique: true (no value is repeated in this file)'] : []),
        ]),
    ...(options.length === 0 ? [] : ['        logicalTypeOptions:', ...options]),
    ...(ownRoles.length === 0
      ? []
      : [
          '        customProperties:',
          ...ownRoles.flatMap((role) => ['          - property: role', `            value: ${role} # guessed`]),
        ]),
  ];
}

function optionLines(column: NamedProfile, needsLength: boolean): string[] {
  const { format, alternative, textFormat, values } = column;
  const other = alternative === undefined ? '' : ` # guessed: ${alternative} fits every value too`;
  return [
    ...(format === undefined ? [] : [`          format: ${scalar(format)}${other}`]),
    ...(textFormat === undefined ? [] : [`          format: ${textFormat} # guessed: every value has this format`]),
    ...(values === undefined
      ? []
      : [`          pattern: ${scalar(values.map(escaped).join('|'))} # guessed: the file has no other values`]),
    ...(needsLength ? [`          maxLength: ${LONGEST_KEY}`] : []),
  ];
}

function custom(property: string, value: string | number, guess?: string): string[] {
  return [
    `  - property: ${property}`,
    `    value: ${typeof value === 'number' ? value : scalar(value)}${guess === undefined ? '' : ` # ${guess}`}`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** A text as YAML on one line. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();
}
