import { malformedBody, unsupported } from '../errors';
import { isObject, ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';
import { readOneOf } from '../json/readBody';

export const fieldTypes = ['keyword', 'integer', 'float', 'bool', 'datetime', 'uuid', 'text', 'geo'] as const;
export type FieldType = (typeof fieldTypes)[number];

/** The schema of an indexed payload field. */
export interface FieldSchema {
  readonly type: FieldType;
  /** The parameters of the request, when the schema was more than a type. */
  readonly parameters: JsonObject | undefined;
}

/**
 * Reads `field_schema`: a type, or an object with `type` and parameters.
 *
 * @throws AnswerError 501 for geo, and for text options that change what matches
 */
export function readFieldSchema(value: JsonValue): FieldSchema {
  const parameters = isObject(value) ? value : undefined;
  const name = parameters === undefined ? value : ownValue(parameters, 'type');
  if (typeof name !== 'string') {
    throw malformedBody('field_schema: expected a field type, or an object with a type');
  }
  const type = readOneOf(name, 'field_schema', fieldTypes);
  if (type === 'geo') {
    throw unsupported('geo payload index');
  }
  if (type === 'text' && parameters !== undefined) {
    refuseTextOptions(parameters);
  }
  return { type, parameters };
}

function refuseTextOptions(parameters: JsonObject): void {
  if (parameters.tokenizer === 'multilingual') {
    throw unsupported('multilingual tokenizer');
  }
  for (const option of ['stopwords', 'stemmer', 'ascii_folding']) {
    const value = ownValue(parameters, option) ?? null;
    if (value !== null && value !== false) {
      throw unsupported(`text index option \`${option}\``);
    }
  }
}

export const describeFieldSchema = (schema: FieldSchema): JsonValue => schema.parameters ?? schema.type;
