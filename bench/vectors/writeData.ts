import { createRequire } from 'node:module';
import path from 'node:path';
import type * as catalogueModule from '../../packages/vector-endpoint/collections/catalogue';
import type * as fieldSchemaModule from '../../packages/vector-endpoint/collections/fieldSchema';
import type * as denseModule from '../../packages/vector-endpoint/collections/denseVectors';
import type * as configModule from '../../packages/vector-endpoint/collections/parseCollectionConfig';
import type * as sparseModule from '../../packages/vector-endpoint/collections/sparseVectors';
import { chunk, CONFIG, INDEXES } from './chunks';

// Usage: node dist/bench/vectors/writeData.js <main file of the vector endpoint> <data folder> <points>
// Writes a data folder with one collection through the code of that build, without HTTP: a million points in ten to
// twenty minutes. A process of its own, because the memory of the vectors is never given back.

/** The points of one segment: a snapshot after each of them writes every segment once. */
const POINTS_PER_SNAPSHOT = 16_384;

async function main(): Promise<void> {
  const [mainFile = '', data = '', points = ''] = process.argv.slice(2);
  const load = createRequire(path.resolve(mainFile));
  const { Catalogue } = load('./collections/catalogue') as typeof catalogueModule;
  const { readFieldSchema } = load('./collections/fieldSchema') as typeof fieldSchemaModule;
  const { parseCollectionConfig } = load('./collections/parseCollectionConfig') as typeof configModule;
  const { prepareDenseVector } = load('./collections/denseVectors') as typeof denseModule;
  const { prepareSparseVector } = load('./collections/sparseVectors') as typeof sparseModule;

  const catalogue = await Catalogue.open(data);
  catalogue.create('chunks', parseCollectionConfig(CONFIG));
  const collection = catalogue.get('chunks');
  for (const [schema, fields] of Object.entries(INDEXES)) {
    fields.forEach((field) => collection.createIndex(field, readFieldSchema(schema)));
  }
  const count = Number(points);
  for (let from = 0; from < count; from += POINTS_PER_SNAPSHOT) {
    for (let start = from; start < Math.min(count, from + POINTS_PER_SNAPSHOT); start += 256) {
      const size = Math.min(256, count - start, from + POINTS_PER_SNAPSHOT - start);
      const generated = Array.from({ length: size }, (_, index) => chunk(start + index));
      collection.update({
        kind: 'upsert',
        points: generated.map(({ id, vector: { dense, lexical }, payload }) => ({
          id,
          payload,
          vectors: {
            dense: new Map([['dense', prepareDenseVector(dense, 'Cosine')]]),
            sparse: new Map([['lexical', prepareSparseVector(lexical.indices, lexical.values)]]),
          },
        })),
      });
    }
    await collection.startSnapshot();
  }
  await catalogue.close();
}

void main();
