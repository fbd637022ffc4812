import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startQdrantServer, type QdrantServer } from './qdrantServer';

// Answers of Qdrant's own engine, recorded by fixtures/qdrant/record_answers.py.

interface Scored {
  id: string | number;
  score: number;
}

interface Recorded {
  engine: string;
  config: object;
  indexes: Record<string, string>;
  points: { id: string | number }[];
  filters: { filter: object; ids: (string | number)[]; idsWithIndexes: (string | number)[] }[];
  textFilters: { filter: object; idsWithIndexes: (string | number)[] }[];
  queries: { request: object; points: Scored[] }[];
  selections: { selector: unknown; id: string | number; payload: object }[];
  ordered: { request: object; values: number[]; pairs: [string, number][] }[];
  facets: { request: object; hits: { value: unknown; count: number }[] }[];
  changes: { method: string; path: string; body: object }[];
  stateAfterChanges: { id: string | number; payload: object; vector: object }[];
  queryAfterChanges: { request: object; points: Scored[] };
}

/** Each line of the file is one item of a section: an entry of a list, or the whole section. */
function readRecorded(): Recorded {
  const single = new Set(['engine', 'config', 'indexes', 'queryAfterChanges']);
  const sections: Record<string, unknown> = {};
  const text = readFileSync(join(__dirname, 'fixtures/qdrant/recordedAnswers.ndjson'), 'utf8');
  for (const line of text.trimEnd().split('\n')) {
    const { section, value } = JSON.parse(line) as { section: string; value: unknown };
    if (single.has(section)) {
      sections[section] = value;
    } else {
      const list = (sections[section] ??= []) as unknown[];
      list.push(value);
    }
  }
  return sections as unknown as Recorded;
}

const recorded = readRecorded();

/** Scores of 32-bit floats summed in different orders agree to about six digits. */
const scoreDigits = 5;

describe(`answers recorded from ${recorded.engine}`, () => {
  let server: QdrantServer;
  let collection: string;

  const ask = async (path: string, body: object): Promise<unknown> => {
    const answer = await server.send('POST', `/collections/${collection}${path}`, body);
    expect({ status: answer.status, error: answer.error }).toEqual({ status: 200, error: undefined });
    return answer.body.result;
  };

  const scroll = async (body: object) =>
    (await ask('/points/scroll', { limit: 1000, ...body })) as {
      points: { id: string | number; order_value?: number; payload: object; vector?: object }[];
    };

  const idsPassing = async (filter: object) =>
    (await scroll({ filter, with_payload: false })).points.map(({ id }) => id);

  /** Points of equal score have no defined order, so scores are compared in order and points by id. */
  const inBothViews = (points: Scored[]) => ({
    scores: points.map(({ score }) => score),
    byId: Object.fromEntries(points.map(({ id, score }) => [id, score])),
  });

  const query = async (request: object) =>
    inBothViews(((await ask('/points/query', request)) as { points: Scored[] }).points);

  beforeAll(async () => {
    server = await startQdrantServer();
    collection = server.newName();
    expect(await server.send('PUT', `/collections/${collection}`, recorded.config)).toMatchObject({ status: 200 });
    expect(
      await server.send('PUT', `/collections/${collection}/points?wait=true`, { points: recorded.points }),
    ).toMatchObject({ status: 200 });
  });

  afterAll(() => server.stop());

  it.each(
    recorded.filters.map(({ filter, ids }): [string, object, unknown[]] => [JSON.stringify(filter), filter, ids]),
  )('filters %s', async (_name, filter, ids) => {
    expect(await idsPassing(filter)).toEqual(ids);
  });

  it.each(
    recorded.queries.map(({ request, points }): [string, object, Scored[]] => [
      JSON.stringify(request),
      request,
      points,
    ]),
  )('queries %s', async (_name, request, points) => {
    expect(await query(request)).toEqual(approximately(inBothViews(points)));
  });

  it.each(recorded.selections)('selects payload $selector', async ({ selector, id, payload }) => {
    expect(await ask('/points', { ids: [id], with_payload: selector })).toEqual([{ id, payload }]);
  });

  describe('with payload indexes', () => {
    beforeAll(async () => {
      for (const [field, schema] of Object.entries(recorded.indexes)) {
        expect(
          await server.send('PUT', `/collections/${collection}/index?wait=true`, {
            field_name: field,
            field_schema: schema,
          }),
        ).toMatchObject({ status: 200 });
      }
    });

    const filters = [...recorded.filters, ...recorded.textFilters];

    it.each(
      filters.map((each): [string, object, unknown[]] => [
        JSON.stringify(each.filter),
        each.filter,
        each.idsWithIndexes,
      ]),
    )('filters %s', async (_name, filter, ids) => {
      expect(await idsPassing(filter)).toEqual(ids);
      expect(await ask('/points/count', { filter, exact: true })).toEqual({ count: ids.length });
    });

    it.each(recorded.ordered)('orders by $request', async ({ request, values, pairs }) => {
      const { points } = await scroll(request);
      expect(points.map((point) => point.order_value)).toEqual(values);
      const found = points.map(({ id, order_value: value }): [string, number] => [String(id), value ?? NaN]);
      expect(new Set(found.map((pair) => JSON.stringify(pair)))).toEqual(
        new Set(pairs.map((pair) => JSON.stringify(pair))),
      );
    });

    it.each(recorded.facets)('counts $request', async ({ request, hits }) => {
      expect(await ask('/facet', request)).toEqual({ hits });
    });

    it('changes points as the engine does', async () => {
      for (const { method, path, body } of recorded.changes) {
        const answer = await server.send(method, `/collections/${collection}/points${path}?wait=true`, body);
        expect({ path, error: answer.error, status: answer.status }).toEqual({ path, error: undefined, status: 200 });
      }
      const { points } = await scroll({ with_vector: true, with_payload: true });
      expect(points).toEqual(approximately(recorded.stateAfterChanges));
      const { request, points: nearest } = recorded.queryAfterChanges;
      expect(await query(request)).toEqual(approximately(inBothViews(nearest)));
    });
  });
});

/** The same value with tolerant numbers: normalised vectors may differ in the last bit. */
function approximately(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return expect.closeTo(value, scoreDigits) as unknown;
  }
  if (Array.isArray(value)) {
    return value.map(approximately);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, approximately(each)]));
  }
  return value;
}
