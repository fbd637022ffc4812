import {
  CONTAINER,
  DB_COLLECTION,
  DB_OPERATION,
  DB_SYSTEM,
  DIRECTION,
  ERROR_TYPE,
  STORAGE_OPERATION,
  type Attributes,
} from './attributes';
import { count } from './instruments';
import type { Operation } from './spans';

export interface DatabaseCall {
  system: 'postgresql' | 'duckdb' | 'qdrant';
  operation: string;
  collection?: string | undefined;
  attributes?: Attributes;
}

/** One call of a database. Its statement is not part of it: those for DuckDB have values in them. */
export function databaseCall({ system, operation, collection, attributes = {} }: DatabaseCall): Operation {
  const labels = { [DB_SYSTEM]: system, [DB_OPERATION]: operation };
  return {
    name: `${system} ${operation}${collection === undefined ? '' : ` ${collection}`}`,
    attributes: { ...labels, [DB_COLLECTION]: collection, ...attributes },
    measure: (seconds, errorType) =>
      count('db.client.operation.duration', seconds, { ...labels, ...errorLabel(errorType) }),
  };
}

/** One call of the object store. Paths are not part of it: they have names of users' files. */
export function storageCall(operation: string, container: string): Operation {
  return {
    name: `storage ${operation} ${container}`,
    attributes: { [STORAGE_OPERATION]: operation, [CONTAINER]: container },
    answers: ['LAKE_OBJECT_NOT_FOUND'],
    measure: (seconds, errorType) =>
      count('pipeline.storage.duration', seconds, { [STORAGE_OPERATION]: operation, ...errorLabel(errorType) }),
  };
}

export function countStorageBytes(direction: 'read' | 'write', container: string, bytes: number): void {
  count('pipeline.storage.bytes', bytes, { [DIRECTION]: direction, [CONTAINER]: container });
}

function errorLabel(errorType: string | undefined): Record<string, string> {
  return errorType === undefined ? {} : { [ERROR_TYPE]: errorType };
}
