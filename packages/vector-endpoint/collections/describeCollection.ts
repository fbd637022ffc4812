import type { JsonObject } from '../json/jsonValue';
import type { Collection } from './collection';
import { describeConfig } from './collectionConfig';

/** The answer of GET /collections/{name}. Search is exact, so the optimizer never has work left. */
export function describeCollection(collection: Collection): JsonObject {
  const { store, indexes } = collection.points;
  const schema = [...indexes].map(([field, index]): [string, JsonObject] => [
    field,
    {
      data_type: index.schema.type,
      ...(index.schema.parameters !== undefined && { params: index.schema.parameters }),
      points: index.pointCount,
    },
  ]);
  return {
    status: 'green',
    optimizer_status: 'ok',
    indexed_vectors_count: 0,
    points_count: store.size,
    segments_count: 1,
    config: describeConfig(collection.config),
    payload_schema: Object.fromEntries(schema),
  };
}
