import type { AliasAction } from '../collections/catalogue';
import { malformedBody } from '../errors';
import { isObject, ownValue, type JsonValue } from '../json/jsonValue';
import { readArray, readObject, readString } from '../json/readBody';
import type { Route } from '../router';

function readAction(value: JsonValue, path: string): AliasAction {
  const action = isObject(value) ? value : {};
  const read = (operation: string, field: string) =>
    readString(
      ownValue(readObject(ownValue(action, operation), `${path}.${operation}`), field),
      `${path}.${operation}.${field}`,
    );
  if (Object.hasOwn(action, 'create_alias')) {
    return {
      kind: 'create',
      alias: read('create_alias', 'alias_name'),
      collection: read('create_alias', 'collection_name'),
    };
  }
  if (Object.hasOwn(action, 'delete_alias')) {
    return { kind: 'delete', alias: read('delete_alias', 'alias_name') };
  }
  if (Object.hasOwn(action, 'rename_alias')) {
    return {
      kind: 'rename',
      alias: read('rename_alias', 'old_alias_name'),
      newAlias: read('rename_alias', 'new_alias_name'),
    };
  }
  throw malformedBody(`${path}: expected one of create_alias, delete_alias, rename_alias`);
}

const describe = ([alias, collection]: [string, string]) => ({ alias_name: alias, collection_name: collection });

export const aliasRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/collections/aliases',
    takesBody: true,
    answer: ({ catalogue, body }) => {
      const actions = readArray(ownValue(body, 'actions'), 'actions');
      catalogue.changeAliases(actions.map((action, index) => readAction(action, `actions[${index}]`)));
      return true;
    },
  },
  {
    method: 'GET',
    path: '/aliases',
    answer: ({ catalogue }) => ({ aliases: catalogue.aliases().map(describe) }),
  },
  {
    method: 'GET',
    path: '/collections/{collection}/aliases',
    answer: (request) => {
      // Of an unknown collection: an empty list, as in Qdrant.
      const name = request.catalogue.find(request.path.collection ?? '')?.name;
      return {
        aliases: request.catalogue
          .aliases()
          .filter(([, target]) => target === name)
          .map(describe),
      };
    },
  },
];
