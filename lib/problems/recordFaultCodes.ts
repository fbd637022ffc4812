/** Codes of rejected records: the fault of one record of a file. They appear in quarantine files, not in HTTP problems. */
export const recordFaultCodes = {
  ROW_COLUMN_COUNT: 'The record has more or fewer fields than the header.',
  ROW_QUOTE_BROKEN: 'The record has a broken quoted field.',
  ROW_BARE_CARRIAGE_RETURN: 'The record has a carriage return outside quotes.',
  ROW_RECORD_TOO_LONG: 'The record is longer than the limit.',
  ROW_JSON_INVALID: 'The line is not valid JSON.',
  ROW_JSON_NOT_OBJECT: 'The line is not a JSON object.',
  ROW_JSON_UNKNOWN_KEY: 'The object has a key that the contract does not have.',
  ROW_JSON_MISSING_KEY: 'The object lacks a key of the contract.',
  ROW_JSON_REPEATED_KEY: 'The object has a key more than once.',
  ROW_JSON_NESTED: 'A value is an object or an array.',
  ROW_JSON_NOT_TEXT: 'A value has characters that UTF-8 text cannot hold.',
  ROW_VALUE_REQUIRED: 'A required value is missing.',
  ROW_VALUE_TYPE: 'A value is not of the type of its column.',
  ROW_VALUE_PATTERN: 'A value does not match the pattern of its column.',
  ROW_VALUE_FORMAT: 'A value does not have the format of its column.',
  ROW_VALUE_LENGTH: 'A value is shorter or longer than its column allows.',
  ROW_VALUE_RANGE: 'A value is outside the range of its column.',
  ROW_DUPLICATE_KEY: 'Another record has the same key.',
  ROW_DUPLICATE_DROPPED: 'Another record with the same key was kept, as the contract says.',
  ROW_DUPLICATE_VALUE: 'Another record has the same value in a unique column.',
};

export type RecordFaultCode = keyof typeof recordFaultCodes;
