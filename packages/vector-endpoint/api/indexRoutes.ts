import { readFieldSchema } from '../collections/fieldSchema';
import { badRequest } from '../errors';
import { parseJsonPath } from '../json/jsonPath';
import { ownValue } from '../json/jsonValue';
import { readString } from '../json/readBody';
import type { Route } from '../router';
import { collectionOf } from './collectionName';
import { readWait, updateResult } from './updateAnswer';

export const indexRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/collections/{collection}/index',
    takesBody: true,
    answer: (request) => {
      const isWaiting = readWait(request);
      const collection = collectionOf(request);
      const field = parseJsonPath(readString(ownValue(request.body, 'field_name'), 'field_name')).text;
      const schema = ownValue(request.body, 'field_schema') ?? ownValue(request.body, 'field_type') ?? null;
      if (schema === null) {
        throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
      }
      return updateResult(collection.createIndex(field, readFieldSchema(schema)), isWaiting);
    },
  },
  {
    method: 'DELETE',
    path: '/collections/{collection}/index/{field}',
    answer: (request) => {
      const isWaiting = readWait(request);
      const collection = collectionOf(request);
      return updateResult(collection.deleteIndex(parseJsonPath(request.path.field ?? '').text), isWaiting);
    },
  },
];
