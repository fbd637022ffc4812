import { microsecondsOf } from '../filter/datetime';
import type { ValueTest } from '../filter/filter';
import type { FieldIndex, TextTest } from '../filter/matchValue';
import { parseJsonPath, valuesAt, type JsonPath } from '../json/jsonPath';
import type { JsonObject, JsonValue } from '../json/jsonValue';
import type { FieldSchema, FieldType } from './fieldSchema';
import { canonicalUuid } from './pointId';
import { matchesTokens, tokenizerOf } from './textIndex';

/** A value that can be looked up exactly. */
export type Key = string | number | boolean;

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

/**
 * The index of one payload field. It limits the points that a filter must test, counts values for facets and provides
 * the numbers to order by.
 */
export class PayloadIndex implements FieldIndex {
  readonly path: JsonPath;
  readonly matchesText?: (stored: readonly string[], test: TextTest) => boolean;
  private readonly slotsByKey = new Map<Key, Set<number>>();
  private readonly numbersBySlot = new Map<number, readonly number[]>();
  /** Points that have a value of the indexed type. */
  private readonly indexedSlots = new Set<number>();

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

  get pointCount(): number {
    return this.indexedSlots.size;
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

  private valuesOf(payload: JsonObject): JsonValue[] {
    return valuesAt(payload, this.path).flatMap((value) => value);
  }

  add(slot: number, payload: JsonObject): void {
    const values = this.valuesOf(payload);
    for (const value of values) {
      const key = lookupKey(this.schema.type, value);
      if (key !== undefined) {
        let slots = this.slotsByKey.get(key);
        if (slots === undefined) {
          slots = new Set();
          this.slotsByKey.set(key, slots);
        }
        slots.add(slot);
        this.indexedSlots.add(slot);
      } else if (this.schema.type === 'text' && typeof value === 'string') {
        this.indexedSlots.add(slot);
      }
    }
    if (this.hasOrder) {
      const numbers = values
        .map((value) => orderNumber(this.schema.type, value))
        .filter((number) => number !== undefined);
      if (numbers.length > 0) {
        this.numbersBySlot.set(slot, numbers);
        this.indexedSlots.add(slot);
      }
    }
  }

  /** Removes a point; `payload` must be the payload with which it was added. */
  remove(slot: number, payload: JsonObject): void {
    for (const value of this.valuesOf(payload)) {
      const key = lookupKey(this.schema.type, value);
      const slots = key === undefined ? undefined : this.slotsByKey.get(key);
      slots?.delete(slot);
      if (key !== undefined && slots?.size === 0) {
        this.slotsByKey.delete(key);
      }
    }
    this.numbersBySlot.delete(slot);
    this.indexedSlots.delete(slot);
  }

  /** Points that have this value: none when the value cannot be a key of this field. */
  slotsWith(key: Key): ReadonlySet<number> | undefined {
    const lookedUp = this.schema.type === 'uuid' && typeof key === 'string' ? canonicalUuid(key) : key;
    return lookedUp === undefined ? undefined : this.slotsByKey.get(lookedUp);
  }

  keys(): Iterable<[Key, ReadonlySet<number>]> {
    return this.slotsByKey;
  }

  /** The numbers to order by, one entry for each point that has any. */
  numbers(): Iterable<[number, readonly number[]]> {
    return this.numbersBySlot;
  }
}
