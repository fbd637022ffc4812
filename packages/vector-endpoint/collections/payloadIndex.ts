import { microsecondsOf } from '../filter/datetime';
import type { ValueTest } from '../filter/filter';
import { isEmptyValue, isWithin, type FieldIndex, type TextTest } from '../filter/matchValue';
import { parseJsonPath, valuesAt, type JsonPath } from '../json/jsonPath';
import type { JsonObject, JsonValue } from '../json/jsonValue';
import { bytesOf, withRoom } from '../memory/columns';
import type { Sections } from '../snapshot/sections';
import type { FieldSchema, FieldType } from './fieldSchema';
import { KeyColumn, type Key } from './keyColumn';
import { NumberColumn } from './numberColumn';
import { canonicalUuid } from './pointId';
import { matchesTokens, tokenizerOf } from './textIndex';

function lookupKey(type: FieldType, value: JsonValue): Key | undefined {
  switch (type) {
    case 'keyword':
      return typeof value === 'string' ? value : undefined;
    case 'integer':
      return Number.isInteger(value) ? (value as number) : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'uuid':
      return typeof value === 'string' ? canonicalUuid(value) : undefined;
    default:
      return undefined;
  }
}

function orderNumber(type: FieldType, value: JsonValue): number | undefined {
  if (type === 'datetime') {
    return typeof value === 'string' ? microsecondsOf(value) : undefined;
  }
  const isNumber = typeof value === 'number' && (type === 'float' || (type === 'integer' && Number.isInteger(value)));
  return isNumber ? value : undefined;
}

/** The field types whose index can answer a test; several when the type of the value fits several. */
function answeringTypes(test: ValueTest): readonly FieldType[] {
  switch (test.kind) {
    case 'value':
      return typesOfKey(test.value);
    case 'any':
    case 'except':
      return typesOfKey([...test.values][0] ?? '');
    case 'range':
      return ['integer', 'float'];
    case 'datetimeRange':
      return ['datetime'];
    default:
      return [];
  }
}

function typesOfKey(key: Key): readonly FieldType[] {
  if (typeof key === 'string') {
    return ['keyword', 'uuid'];
  }
  return typeof key === 'number' ? ['integer'] : ['bool'];
}

/** Flags of a slot: it has a value of the indexed type; it has a value that is not empty. */
const isIndexed = 1;
const isFilled = 2;

/**
 * The index of one payload field. It answers conditions without the payload, limits the points that a filter must test,
 * counts values for facets and provides the numbers to order by.
 */
export class PayloadIndex implements FieldIndex {
  readonly path: JsonPath;
  readonly matchesText?: (stored: readonly string[], test: TextTest) => boolean;
  private readonly keys = new KeyColumn();
  private readonly numberColumn = new NumberColumn();
  private flags = new Uint8Array(0);
  /** Number of points that have a value of the indexed type. */
  pointCount = 0;

  constructor(
    field: string,
    readonly schema: FieldSchema,
  ) {
    this.path = parseJsonPath(field);
    if (schema.type === 'text') {
      const tokenizer = tokenizerOf(schema.parameters);
      this.matchesText = (stored, test) => matchesTokens(stored, test.kind, test.text, tokenizer);
    }
  }

  /** Whether equal values can be looked up: keyword, integer, bool and uuid fields. */
  get hasKeys(): boolean {
    return ['keyword', 'integer', 'bool', 'uuid'].includes(this.schema.type);
  }

  /** Whether points can be ordered by the field: integer, float and datetime fields. */
  get hasOrder(): boolean {
    return ['integer', 'float', 'datetime'].includes(this.schema.type);
  }

  answers(test: ValueTest): boolean {
    return answeringTypes(test).includes(this.schema.type);
  }

  holds(stored: JsonValue): boolean {
    const { type } = this.schema;
    return lookupKey(type, stored) !== undefined || orderNumber(type, stored) !== undefined;
  }

  /**
   * The test of slots that gives the same answers as the test of their payloads; undefined when only the payload can
   * answer. Valid until the next write.
   */
  slotTest(test: ValueTest): ((slot: number) => boolean) | undefined {
    // A uuid index has one key for all spellings, but compares ids as they are written.
    if (!this.answers(test) || this.schema.type === 'uuid') {
      return undefined;
    }
    switch (test.kind) {
      case 'value':
        return this.keys.testOf([test.value]);
      case 'any':
        return this.keys.testOf(test.values);
      case 'range':
      case 'datetimeRange':
        return this.numberColumn.testOf((number) => isWithin(number, test.bounds));
      default:
        return undefined;
    }
  }

  /** A test whether the slot's field is missing, null or an empty list. */
  emptyTest(): (slot: number) => boolean {
    const { flags } = this;
    return (slot) => ((flags[slot] ?? 0) & isFilled) === 0;
  }

  add(slot: number, payload: JsonObject): void {
    const { type } = this.schema;
    const atPath = valuesAt(payload, this.path);
    const values = atPath.flatMap((value) => value);
    const keys = values.map((value) => lookupKey(type, value)).filter((key) => key !== undefined);
    const numbers = values.map((value) => orderNumber(type, value)).filter((number) => number !== undefined);
    this.keys.add(slot, keys);
    if (this.hasOrder) {
      this.numberColumn.add(slot, numbers);
    }
    const hasText = type === 'text' && values.some((value) => typeof value === 'string');
    const hasIndexed = keys.length > 0 || numbers.length > 0 || hasText;
    this.flags = withRoom(this.flags, slot + 1);
    this.flags[slot] = (hasIndexed ? isIndexed : 0) | (atPath.every(isEmptyValue) ? 0 : isFilled);
    this.pointCount += hasIndexed ? 1 : 0;
  }

  remove(slot: number): void {
    this.keys.remove(slot);
    this.numberColumn.remove(slot);
    this.pointCount -= ((this.flags[slot] ?? 0) & isIndexed) === 0 ? 0 : 1;
    if (slot < this.flags.length) {
      this.flags[slot] = 0;
    }
  }

  private storedKey(key: Key): Key | undefined {
    return this.schema.type === 'uuid' && typeof key === 'string' ? canonicalUuid(key) : key;
  }

  /** Number of points that have this value: none when the value cannot be a key of this field. */
  countWith(key: Key): number {
    const stored = this.storedKey(key);
    return stored === undefined ? 0 : this.keys.countOf(stored);
  }

  /** Points that have this value. Valid until the next write. */
  slotsWith(key: Key): readonly number[] {
    const stored = this.storedKey(key);
    return stored === undefined ? [] : this.keys.slotsOf(stored);
  }

  /** The values of the field, and how many of the passing points have each. */
  countKeys(passes: ((slot: number) => boolean) | undefined): [Key, number][] {
    return this.keys.countKeys(passes);
  }

  /** The numbers to order by, one entry for each point that has any. */
  numbers(): Iterable<[number, readonly number[]]> {
    return this.numberColumn.entries();
  }

  /** What the index knows of a range of slots, for the snapshot. */
  save(sections: Sections, name: string, from: number, to: number): void {
    const flags = new Uint8Array(to - from);
    flags.set(this.flags.subarray(from, to));
    sections.set(`${name} flags`, bytesOf(flags));
    this.keys.save(sections, name, from, to);
    if (this.hasOrder) {
      this.numberColumn.save(sections, name, from, to);
    }
  }

  makeRoom(slotCount: number): void {
    this.flags = withRoom(this.flags, slotCount);
    this.keys.makeRoom(slotCount);
    if (this.hasOrder) {
      this.numberColumn.makeRoom(slotCount);
    }
  }

  restore(sections: Sections, name: string, from: number, to: number): void {
    const flags = sections.bytes(`${name} flags`, to - from);
    this.flags = withRoom(this.flags, to);
    this.flags.set(flags, from);
    for (let row = 0; row < flags.length; row++) {
      this.pointCount += (flags[row]! & isIndexed) === 0 ? 0 : 1;
    }
    this.keys.restore(sections, name, from, to);
    if (this.hasOrder) {
      this.numberColumn.restore(sections, name, from, to);
    }
  }
}
