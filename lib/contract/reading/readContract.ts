import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../../problems/problem';
import type { ContractColumn, DataContract } from '../contract';
import type { ContractFault } from './contractFault';
import { contractShape, propertyShape, sourceShape } from './contractShape';
import { columnFaults, readColumn } from './readColumn';
import { readEmptyIsNull } from './readEmptyIsNull';
import { readFreshness } from './readFreshness';
import { misspeltProperties } from './misspeltProperties';
import { readDerivedKey, readKey } from './readKey';
import { queryFault, readQuality, type ReadingNotes } from './readQuality';
import { readRoles, type RoleCandidate } from './readRoles';
import { isDatasetName } from '../datasetName';
import { sourceFaults } from './sourceFaults';
import type { QualityRule } from '../qualityRule';
import { mergeFaults, shapeFaults, standardFaults } from './shapeFaults';
import { invalidContract } from './invalidContract';
import { parseYaml } from './parseYaml';
import { unsoundTexts } from './unsoundTexts';
import { standardContract } from '../standard/contract';
import { EXPECTATIONS } from '../standard/messages';
import { fieldsOf } from '../standard/shapes';
import type { ContractEngine } from './contractEngine';

/**
 * Reads one contract in the Open Data Contract Standard v3 (YAML text). `file` is only used in faults. Queries of rules are
 * not analysed: they count as reading every column. Patterns that are too large for the engine are not found.
 * Throws FaultList CONTRACT_INVALID with every fault of the file: line, and path in the YAML as `where.field`.
 */
export function readContract(text: string, file: string): DataContract {
  return readContractWithNotes(text, file).contract;
}

export interface ContractReading {
  contract: DataContract;
  /** Parts of the contract that the pipeline ignores and that are not faults. */
  remarks: string[];
  /** File, line and path of a rule of `contract`. */
  placeOf(rule: QualityRule): Problem['where'];
}

/** Like `readContract`, with remarks for the contract's author. */
export function readContractWithNotes(text: string, file: string): ContractReading {
  return readingOf(examine(text, file), file);
}

/**
 * Like `readContractWithNotes`; it also reports patterns and rule queries that the engine refuses, and finds the columns that
 * each query reads.
 */
export async function readContractWithEngine(
  text: string,
  file: string,
  engine: ContractEngine,
): Promise<ContractReading> {
  const examined = examine(text, file);
  // Such a text would end a statement of the engine in its middle.
  if (examined.hasUnsoundTexts) return readingOf(examined, file);
  await examineQueries(examined, engine);
  await examinePatterns(examined, engine);
  return readingOf(examined, file);
}

async function examineQueries({ dataset, notes, faults }: ExaminedContract, engine: ContractEngine): Promise<void> {
  const { queries } = notes;
  if (queries.length === 0) return;
  const analyses = await engine.analyseQueries(
    queries.map(({ measure }) => measure.query),
    dataset,
    queries[0]?.measure.columns ?? [],
  );
  queries.forEach((query, index) => {
    const analysis = analyses[index];
    if (analysis === undefined) return;
    if ('fault' in analysis) faults.push(queryFault(query, analysis.fault));
    else query.measure.columns = analysis.columns;
  });
}

async function examinePatterns({ notes, faults }: ExaminedContract, engine: ContractEngine): Promise<void> {
  const { patterns } = notes;
  if (patterns.length === 0) return;
  const found = await engine.patternFaults(patterns.map(({ pattern }) => pattern));
  patterns.forEach(({ path, pattern }, index) => {
    const message = found[index];
    if (message !== undefined) faults.push({ path, message, found: pattern });
  });
}

interface ExaminedContract {
  dataset: string;
  /** Undefined when a part of it cannot be read. */
  contract: DataContract | undefined;
  standardFaults: ContractFault[];
  /** Faults other than those against the standard. */
  faults: ContractFault[];
  notes: ReadingNotes;
  /** Also among `faults`. */
  hasUnsoundTexts: boolean;
  place: (path: PropertyKey[]) => Problem['where'];
}

/** Throws FaultList CONTRACT_INVALID only when the text is not valid YAML. */
function examine(text: string, file: string): ExaminedContract {
  const { content, document, lineCounter } = parseYaml(text, file);
  const place = (path: PropertyKey[]) => placeOf(document, lineCounter, file, path);
  const standard = standardContract.safeParse(content, EXPECTATIONS);
  const shape = contractShape.safeParse(content, EXPECTATIONS);
  const unsound = unsoundTexts(content);
  const faults = [...unsound, ...(shape.success ? [] : shapeFaults(shape.error, content))];
  const notes: ReadingNotes = { remarks: [], rulePaths: new Map(), queries: [], patterns: [] };
  const read = readContent(content, faults, notes);
  const dataset = textOf(fieldsOf(listOf(fieldsOf(content)['schema'])[0])['name']);
  let contract: DataContract | undefined;
  if (standard.success && shape.success && read !== undefined) {
    const { version, status, description } = shape.data;
    contract = { dataset, version, status, description: description?.purpose, ...read };
  }
  return {
    dataset,
    contract,
    standardFaults: standard.success ? [] : standardFaults(standard.error, content),
    faults,
    notes,
    hasUnsoundTexts: unsound.length > 0,
    place,
  };
}

function readingOf(examined: ExaminedContract, file: string): ContractReading {
  const { contract, faults, notes, place } = examined;
  if (contract !== undefined && faults.length === 0) {
    return { contract, remarks: notes.remarks, placeOf: (rule) => place(notes.rulePaths.get(rule) ?? []) };
  }
  throw invalidContract(file, mergeFaults(examined.standardFaults, faults), (fault) => toProblem(fault, place));
}

/** Custom properties of a column. */
const COLUMN_PROPERTIES = ['role', 'emptyIsNull'];

/** Reads as much as possible even when the shape has faults, so that all faults are reported at once. */
function readContent(
  content: unknown,
  faults: ContractFault[],
  notes: ReadingNotes,
): Pick<DataContract, 'columns' | 'roles' | 'key' | 'source' | 'quality'> | undefined {
  const table = fieldsOf(listOf(fieldsOf(content)['schema'])[0]);
  const name = table['name'];
  if (typeof name === 'string' && !isDatasetName(name)) {
    faults.push({
      path: ['schema', 0, 'name'],
      message: 'The table name is not safe as a folder name; it is also the name of the dataset.',
      found: name,
      expected: 'lower-case letters, digits and single hyphens',
    });
  }
  const custom = listOf(fieldsOf(content)['customProperties']).map(fieldsOf);
  const options = readSource(custom, faults);
  const found = { faults, remarks: notes.remarks };
  misspeltProperties(custom, Object.keys(sourceShape.shape), ['customProperties'], found);
  const properties = listOf(table['properties']);
  const keys = properties.filter((property) => fieldsOf(property)['primaryKey'] === true).length;
  const columns = properties.flatMap((property, index) => {
    const parsed = propertyShape.safeParse(property, EXPECTATIONS);
    if (!parsed.success) return [];
    const column = readColumn(parsed.data, index, { faults, notes }, keys === 1);
    const { customProperties } = fieldsOf(property);
    const byDefault = options?.emptyIsNull ?? false;
    const emptyIsNull = readEmptyIsNull(customProperties, column.logicalType, byDefault, index, faults);
    return [{ ...column, emptyIsNull }];
  });
  faults.push(...columnFaults(properties.flatMap(namedColumn)));
  const candidates = properties.map(roleCandidate);
  candidates.forEach(({ customProperties }, index) => {
    const path = ['schema', 0, 'properties', index, 'customProperties'];
    misspeltProperties(customProperties, COLUMN_PROPERTIES, path, found);
  });
  const pathOf = (property: string) => ['customProperties', indexOfProperty(custom, property), 'value'];
  const given = custom[indexOfProperty(custom, 'key')]?.['value'];
  const derivedFrom = readDerivedKey(candidates, given, faults, pathOf);
  const roles = properties.length === 0 ? undefined : readRoles(candidates, faults, derivedFrom !== undefined);
  const rules = readRules(fieldsOf(content), faults, notes);
  if (roles === undefined || options === undefined) return undefined;
  const { maxRejectShare, emptyIsNull: _, ignoredFiles, key: _key, repeatedKeys, ...source } = options;
  const key = readKey(derivedFrom, repeatedKeys, candidates, faults, pathOf);
  return {
    columns: columns.map(withoutUndefined),
    roles,
    ...(key === undefined ? {} : { key }),
    source,
    quality: { maxRejectShare, rules, ...(ignoredFiles === undefined ? {} : { ignoredFiles }) },
  };
}

function readRules(content: Record<string, unknown>, faults: ContractFault[], notes: ReadingNotes): QualityRule[] {
  const table = fieldsOf(listOf(content['schema'])[0]);
  const properties = listOf(table['properties']).map(fieldsOf);
  const columns = properties.map(({ name, logicalType }) => ({ name: textOf(name), logicalType: textOf(logicalType) }));
  const place = { dataset: textOf(table['name']), columnNames: columns.map(({ name }) => name) };
  const tablePath = ['schema', 0];
  const defaultElement = content['slaDefaultElement'];
  return [
    ...readQuality(listOf(table['quality']), { ...place, path: tablePath }, faults, notes),
    ...properties.flatMap(({ quality }, index) => {
      const path = [...tablePath, 'properties', index];
      return readQuality(listOf(quality), { ...place, path, column: columns[index]?.name }, faults, notes);
    }),
    ...readFreshness(
      listOf(content['slaProperties']),
      typeof defaultElement === 'string' ? defaultElement : undefined,
      columns,
      faults,
      notes,
    ),
  ];
}

function readSource(
  custom: Record<string, unknown>[],
  faults: ContractFault[],
): z.infer<typeof sourceShape> | undefined {
  const known = Object.keys(sourceShape.shape);
  const named = custom.flatMap((entry) =>
    typeof entry['property'] === 'string' && known.includes(entry['property'])
      ? [[entry['property'], entry['value']]]
      : [],
  );
  const indexOf = (property: string) => indexOfProperty(custom, property);
  custom.forEach(({ property }, index) => {
    if (typeof property !== 'string' || !known.includes(property) || indexOf(property) === index) return;
    const message = `customProperties[${indexOf(property)}] sets ${property} too.`;
    faults.push({ path: ['customProperties', index, 'property'], message });
  });
  const parsed = sourceShape.safeParse(Object.fromEntries(named), EXPECTATIONS);
  if (parsed.success) {
    for (const { property, ...fault } of sourceFaults(parsed.data)) {
      faults.push({
        ...fault,
        path: ['customProperties', ...(indexOf(property) < 0 ? [] : [indexOf(property), 'value'])],
      });
    }
    return parsed.data;
  }
  for (const fault of shapeFaults(parsed.error, Object.fromEntries(named))) {
    faults.push({
      ...fault,
      path: ['customProperties', indexOf(String(fault.path[0])), 'value', ...fault.path.slice(1)],
    });
  }
  return undefined;
}

/** Of the first custom property with this name; -1 when there is none. */
function indexOfProperty(custom: Record<string, unknown>[], property: string): number {
  return custom.findIndex((entry) => entry['property'] === property);
}

/** The names of a property, which may have other faults. */
function namedColumn(property: unknown, index: number) {
  const { name, physicalName } = fieldsOf(property);
  const header = typeof physicalName === 'string' ? physicalName : undefined;
  return typeof name === 'string' ? [{ index, column: { name, header } }] : [];
}

function roleCandidate(property: unknown): RoleCandidate {
  const { name, logicalType, primaryKey, primaryKeyPosition, customProperties, logicalTypeOptions } =
    fieldsOf(property);
  return {
    name: textOf(name),
    logicalType: textOf(logicalType),
    primaryKey: primaryKey === true,
    ...(typeof primaryKeyPosition === 'number' && primaryKeyPosition > 0 ? { primaryKeyPosition } : {}),
    maxLength: fieldsOf(logicalTypeOptions)['maxLength'],
    customProperties: listOf(customProperties).map(fieldsOf),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function toProblem(fault: ContractFault, place: (path: PropertyKey[]) => Problem['where']): Problem {
  return {
    code: 'CONTRACT_FIELD_INVALID',
    message: fault.message,
    ...(fault.found === undefined ? {} : { found: fault.found }),
    ...(fault.expected === undefined ? {} : { expected: fault.expected }),
    where: place(fault.path),
  };
}

/** Line of the nearest existing node: for a missing field, the line of its parent. */
function placeOf(document: Document, lines: LineCounter, file: string, path: PropertyKey[]): Problem['where'] {
  const field = path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] | null } | undefined)?.range;
    if (range) return { file, line: lines.linePos(range[0]).line, field };
  }
  return { file, field };
}

function withoutUndefined(column: ContractColumn): ContractColumn {
  return Object.fromEntries(
    Object.entries(column).filter(([, value]) => value !== undefined),
  ) as unknown as ContractColumn;
}
