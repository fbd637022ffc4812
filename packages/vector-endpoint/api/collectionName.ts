import type { Collection } from '../collections/collection';
import { invalidValue } from '../errors';
import type { RouteRequest } from '../router';

function checkLength(name: string): void {
  const length = [...name].length;
  if (length < 1 || length > 255) {
    throw invalidValue(
      'collection_name',
      `value ${JSON.stringify(name)} invalid, must be from 1 to 255 characters`,
      'path parameters',
    );
  }
}

/** The collection name of the path, valid for a lookup. */
export function collectionName({ path }: RouteRequest): string {
  const name = path.collection ?? '';
  checkLength(name);
  return name;
}

/** The collection name of the path, valid for a new collection. */
export function newCollectionName(request: RouteRequest): string {
  const name = collectionName(request);
  const forbidden = [...'<>:"/\\|?*\0\u001f'].find((character) => name.includes(character));
  if (forbidden !== undefined) {
    throw invalidValue('collection_name', `collection name cannot contain "${forbidden}" char`, 'path parameters');
  }
  return name;
}

/** The collection that the path names, by name or alias. Throws 404 when it does not exist. */
export const collectionOf = (request: RouteRequest): Collection => request.catalogue.get(collectionName(request));
