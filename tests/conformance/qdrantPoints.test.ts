import { randomUUID } from 'node:crypto';
import { startQdrantServer, type QdrantServer } from './qdrantServer';

describe('points of Qdrant', () => {
  let server: QdrantServer;
  let name: string;

  beforeAll(async () => {
    server = await startQdrantServer();
  });

  afterAll(() => server.stop());

  beforeEach(async () => {
    name = server.newName();
    await server.client.createCollection(name, {
      vectors: { dense: { size: 3, distance: 'Cosine' }, dot: { size: 2, distance: 'Dot' } },
      sparse_vectors: { words: {} },
    });
  });

  const upsert = (points: { id: string | number; vector: object; payload?: Record<string, unknown> }[]) =>
    server.client.upsert(name, { wait: true, points: points as never });

  const retrieve = async (id: string | number) =>
    (await server.client.retrieve(name, { ids: [id], with_payload: true, with_vector: true }))[0];

  describe('upserting', () => {
    it('stores ids, payloads and vectors, and normalises under Cosine only', async () => {
      const id = randomUUID();
      const result = await upsert([
        {
          id,
          vector: { dense: [3, 0, 4], dot: [3, 4], words: { indices: [9, 2], values: [0.5, 1.5] } },
          payload: { text: 'naïve ✓', none: null, list: [1, 'two', { three: 3 }] },
        },
      ]);
      expect(result).toMatchObject({ status: 'completed', operation_id: expect.any(Number) as number });
      expect(await retrieve(id)).toEqual({
        id,
        payload: { text: 'naïve ✓', none: null, list: [1, 'two', { three: 3 }] },
        vector: {
          dense: [expect.closeTo(0.6, 6), 0, expect.closeTo(0.8, 6)] as unknown,
          dot: [3, 4],
          words: { indices: [2, 9], values: [1.5, 0.5] },
        },
      });
    });

    it('leaves a zero vector as it is', async () => {
      await upsert([{ id: 1, vector: { dense: [0, 0, 0] } }]);
      expect(await retrieve(1)).toMatchObject({ vector: { dense: [0, 0, 0] } });
    });

    it('replaces the whole point', async () => {
      await upsert([{ id: 1, vector: { dense: [1, 0, 0], dot: [1, 1] }, payload: { a: 1, b: 2 } }]);
      await upsert([{ id: 1, vector: { dot: [2, 2] }, payload: { b: 3 } }]);
      expect(await retrieve(1)).toEqual({ id: 1, payload: { b: 3 }, vector: { dot: [2, 2] } });
      expect(await server.client.count(name, { exact: true })).toEqual({ count: 1 });
    });

    it('keeps the last of two points with one id', async () => {
      await upsert([
        { id: 1, vector: { dot: [1, 1] }, payload: { first: true } },
        { id: 1, vector: { dot: [2, 2] }, payload: { second: true } },
      ]);
      expect(await retrieve(1)).toEqual({ id: 1, payload: { second: true }, vector: { dot: [2, 2] } });
    });

    it('accepts a UUID in any notation', async () => {
      await upsert([{ id: '550E8400E29B41D4A716446655440000', vector: { dot: [1, 1] } }]);
      expect((await retrieve('550e8400-e29b-41d4-a716-446655440000'))?.id).toBe('550e8400-e29b-41d4-a716-446655440000');
    });

    it('accepts points by columns', async () => {
      await server.client.upsert(name, {
        wait: true,
        batch: {
          ids: [1, 2],
          vectors: {
            dot: [
              [1, 2],
              [3, 4],
            ],
            words: [
              { indices: [1], values: [1] },
              { indices: [2], values: [2] },
            ],
          },
          payloads: [{ n: 1 }, null],
        },
      });
      expect(await retrieve(1)).toMatchObject({ payload: { n: 1 }, vector: { dot: [1, 2] } });
      expect(await retrieve(2)).toMatchObject({ vector: { dot: [3, 4], words: { indices: [2], values: [2] } } });
    });

    it('acknowledges at once without the wait parameter', async () => {
      const answer = await server.send('PUT', `/collections/${name}/points`, {
        points: [{ id: 1, vector: { dot: [1, 2] } }],
      });
      expect(answer).toMatchObject({ status: 200, body: { result: { status: 'acknowledged' }, status: 'ok' } });
    });

    it('stores a vector without a name', async () => {
      const unnamed = server.newName();
      await server.client.createCollection(unnamed, { vectors: { size: 2, distance: 'Euclid' } });
      await server.client.upsert(unnamed, { wait: true, points: [{ id: 1, vector: [1, 2] }] });
      expect(await server.client.retrieve(unnamed, { ids: [1], with_vector: true, with_payload: false })).toEqual([
        { id: 1, vector: [1, 2] },
      ]);
      const { points } = await server.client.query(unnamed, { query: [1, 5] });
      expect(points).toMatchObject([{ id: 1, score: 3 }]);
    });

    const withPoint = (point: object) => ({ points: [point] });

    it.each([
      [
        'another dimension',
        withPoint({ id: 1, vector: { dense: [1, 2] } }),
        400,
        'Wrong input: Vector dimension error: expected dim: 3, got 2',
      ],
      [
        'an unknown vector',
        withPoint({ id: 1, vector: { nope: [1, 2] } }),
        400,
        'Wrong input: Not existing vector name error: nope',
      ],
      [
        'an unknown sparse vector',
        withPoint({ id: 1, vector: { nope: { indices: [1], values: [1] } } }),
        400,
        'Wrong input: Not existing vector name error: nope',
      ],
      [
        'a list for named vectors',
        withPoint({ id: 1, vector: [1, 2, 3] }),
        400,
        'Wrong input: Not existing vector name error: ',
      ],
      ['a dense vector for a sparse one', withPoint({ id: 1, vector: { words: [1, 2] } }), 400, 'Wrong input: '],
      ['an empty vector', withPoint({ id: 1, vector: { dense: [] } }), 422, 'dense vector must not be empty'],
      [
        'more indices than values',
        withPoint({ id: 1, vector: { words: { indices: [1, 2], values: [1] } } }),
        422,
        'must be the same length as indices',
      ],
      [
        'an index given twice',
        withPoint({ id: 1, vector: { words: { indices: [1, 1], values: [1, 2] } } }),
        422,
        'must be unique',
      ],
      [
        'a negative index',
        withPoint({ id: 1, vector: { words: { indices: [-1], values: [1] } } }),
        400,
        'Format error in JSON body',
      ],
      ['text in a vector', withPoint({ id: 1, vector: { dot: [1, 'two'] } }), 400, 'Format error in JSON body'],
      ['an id that is not a number or a UUID', withPoint({ id: 'abc', vector: {} }), 400, 'Format error in JSON body'],
      ['a negative id', withPoint({ id: -1, vector: {} }), 400, 'Format error in JSON body'],
      ['no id', withPoint({ vector: { dot: [1, 2] } }), 400, 'Format error in JSON body'],
      ['no vector', withPoint({ id: 1 }), 400, 'Format error in JSON body'],
      [
        'a payload that is not an object',
        withPoint({ id: 1, vector: {}, payload: 'text' }),
        400,
        'Format error in JSON body',
      ],
      ['no points', {}, 400, 'Format error in JSON body'],
    ])('refuses %s', async (_what, body, status, error) => {
      const answer = await server.send('PUT', `/collections/${name}/points?wait=true`, body);
      expect(answer.status).toBe(status);
      expect(answer.error).toContain(error);
      expect(await server.client.count(name, { exact: true })).toEqual({ count: 0 });
    });

    it('refuses a whole batch for one bad point', async () => {
      const answer = await server.send('PUT', `/collections/${name}/points?wait=true`, {
        points: [
          { id: 1, vector: { dot: [1, 2] } },
          { id: 2, vector: { dot: [1, 2, 3] } },
        ],
      });
      expect(answer.status).toBe(400);
      expect(await server.client.count(name, { exact: true })).toEqual({ count: 0 });
    });
  });

  describe('reading', () => {
    const uuids = Array.from({ length: 6 }, () => randomUUID()).sort();

    beforeEach(async () => {
      await upsert([
        ...uuids.map((id, n) => ({ id, vector: { dot: [n, 0] }, payload: { n, even: n % 2 === 0 } })),
        { id: 10, vector: { dot: [1, 1], dense: [1, 0, 0] }, payload: { n: 10 } },
        { id: 2, vector: {}, payload: {} },
      ]);
    });

    it('retrieves in the requested order, without missing points', async () => {
      const points = await server.client.retrieve(name, { ids: [10, 999, uuids[0] ?? '', 2] });
      expect(points.map(({ id }) => id)).toEqual([10, uuids[0], 2]);
      expect(points[0]).toEqual({ id: 10, payload: { n: 10 } });
    });

    it('retrieves payloads on request only', async () => {
      const answer = await server.send('POST', `/collections/${name}/points`, { ids: [10] });
      expect(answer.body.result).toEqual([{ id: 10 }]);
    });

    it('retrieves chosen vectors', async () => {
      const [point] = await server.client.retrieve(name, { ids: [10], with_vector: ['dot'], with_payload: false });
      expect(point).toEqual({ id: 10, vector: { dot: [1, 1] } });
    });

    it('gets one point, or 404', async () => {
      const found = await server.send('GET', `/collections/${name}/points/10`);
      expect(found.body.result).toEqual({ id: 10, payload: { n: 10 }, vector: { dot: [1, 1], dense: [1, 0, 0] } });
      const missing = await server.send('GET', `/collections/${name}/points/11`);
      expect(missing).toMatchObject({ status: 404, error: 'Not found: Point with id 11 does not exists!' });
      const wrong = await server.send('GET', `/collections/${name}/points/eleven`);
      expect(wrong).toMatchObject({ status: 400, error: 'Wrong input: Can not recognize "eleven" as point id' });
    });

    it('scrolls numbers first, then UUIDs, page by page', async () => {
      const pages: (string | number)[][] = [];
      let offset: string | number | undefined;
      do {
        const page = await server.client.scroll(name, { limit: 3, ...(offset !== undefined && { offset }) });
        pages.push(page.points.map(({ id }) => id));
        offset = (page.next_page_offset ?? undefined) as string | number | undefined;
      } while (offset !== undefined);
      expect(pages).toEqual([[2, 10, uuids[0]], uuids.slice(1, 4), uuids.slice(4)]);
    });

    it('scrolls filtered points, 10 at a time by default', async () => {
      const filter = { must: [{ key: 'even', match: { value: true } }] };
      const page = await server.client.scroll(name, { filter, limit: 2 });
      expect(page.points.map(({ id }) => id)).toEqual([uuids[0], uuids[2]]);
      expect(page.next_page_offset).toBe(uuids[4]);
      expect((await server.client.scroll(name, { filter })).next_page_offset).toBeNull();
      await upsert(Array.from({ length: 20 }, (_, n) => ({ id: 100 + n, vector: {} })));
      expect((await server.client.scroll(name, {})).points).toHaveLength(10);
    });

    it('starts a scroll after an offset whose point was deleted', async () => {
      const page = await server.client.scroll(name, { offset: 5, limit: 1 });
      expect(page.points.map(({ id }) => id)).toEqual([10]);
    });

    it('counts', async () => {
      expect(await server.client.count(name, {})).toEqual({ count: 8 });
      const filter = { must_not: [{ key: 'even', match: { value: true } }] };
      expect(await server.client.count(name, { filter, exact: true })).toEqual({ count: 5 });
    });

    it('orders by an indexed field', async () => {
      await server.client.createPayloadIndex(name, { field_name: 'n', field_schema: 'integer', wait: true });
      const page = await server.client.scroll(name, {
        order_by: { key: 'n', direction: 'desc', start_from: 3 },
        limit: 2,
      });
      expect(page.points.map(({ id, order_value: value }) => [id, value])).toEqual([
        [uuids[3], 3],
        [uuids[2], 2],
      ]);
      expect(page.next_page_offset).toBeNull();
    });

    it.each([
      ['order_by without an index', '/scroll', { order_by: 'n' }, 400, 'No range index for `order_by` key: `n`'],
      ['a limit of 0', '/scroll', { limit: 0 }, 422, 'limit: value 0 invalid, must be 1 or larger'],
      ['a negative limit', '/scroll', { limit: -1 }, 400, 'Format error in JSON body'],
      ['an unknown vector', '/scroll', { with_vector: ['nope'] }, 400, 'Not existing vector name error: nope'],
      ['a facet without an index', '/../facet', { key: 'n' }, 400, 'No appropriate index for faceting: `n`'],
      [
        'a selector of include and exclude',
        '',
        { ids: [2], with_payload: { include: [], exclude: [] } },
        400,
        'Format error',
      ],
      ['no ids', '', {}, 400, 'Format error in JSON body'],
    ])('refuses %s', async (_what, path, body, status, error) => {
      const answer = await server.send('POST', `/collections/${name}/points${path}`, body);
      expect(answer.status).toBe(status);
      expect(answer.error).toContain(error);
    });
  });

  describe('changing', () => {
    beforeEach(async () => {
      await upsert([
        { id: 1, vector: { dot: [1, 0], dense: [1, 0, 0] }, payload: { city: 'Oslo', n: 1 } },
        { id: 2, vector: { dot: [2, 0] }, payload: { city: 'Oslo', n: 2 } },
        { id: 3, vector: { dot: [3, 0] }, payload: { city: 'Bergen', n: 3 } },
      ]);
    });

    it('deletes by id and by filter', async () => {
      await server.client.delete(name, { wait: true, points: [3, 999] });
      expect(await server.client.count(name, { exact: true })).toEqual({ count: 2 });
      await server.client.delete(name, { wait: true, filter: { must: [{ key: 'n', match: { value: 1 } }] } });
      expect((await server.client.scroll(name, {})).points.map(({ id }) => id)).toEqual([2]);
      const { points } = await server.client.query(name, { query: [1, 0], using: 'dot' });
      expect(points.map(({ id }) => id)).toEqual([2]);
    });

    it('does not give the vectors of a deleted point to a new one', async () => {
      await server.client.delete(name, { wait: true, points: [1] });
      await upsert([{ id: 4, vector: { dot: [4, 0] }, payload: {} }]);
      expect(await retrieve(4)).toEqual({ id: 4, payload: {}, vector: { dot: [4, 0] } });
    });

    it('sets, overwrites, deletes and clears payload by ids and filter', async () => {
      const filter = { must: [{ key: 'city', match: { value: 'Oslo' } }] };
      await server.client.setPayload(name, { wait: true, filter, payload: { seen: true } });
      await server.client.overwritePayload(name, { wait: true, points: [3], payload: { only: 1 } });
      await server.client.deletePayload(name, { wait: true, filter, keys: ['n'] });
      await server.client.clearPayload(name, { wait: true, points: [2] });
      const { points } = await server.client.scroll(name, {});
      expect(points).toEqual([
        { id: 1, payload: { city: 'Oslo', seen: true } },
        { id: 2, payload: {} },
        { id: 3, payload: { only: 1 } },
      ]);
    });

    it.each(['without an index', 'with an index'])('confirms and deletes by filter, %s', async (variant) => {
      if (variant === 'with an index') {
        for (const [field, schema] of [
          ['run', 'keyword'],
          ['day', 'integer'],
        ] as const) {
          await server.client.createPayloadIndex(name, { field_name: field, field_schema: schema, wait: true });
        }
      }
      const days = [19, 20, 20, 20, 21];
      await upsert(days.map((day, index) => ({ id: index + 1, vector: {}, payload: { day, run: 'old' } })));
      await server.client.deletePayload(name, { wait: true, keys: ['run'], points: [3] });
      // Ids that exist and one that does not, with a filter up to a day.
      const filter = { must: [{ has_id: [1, 2, 5, 99] }, { key: 'day', range: { lte: 20 } }] };
      await server.client.setPayload(name, { wait: true, payload: { day: 20, run: 'new' }, filter });
      const stale = {
        must: [{ key: 'day', match: { value: 20 } }],
        must_not: [{ key: 'run', match: { value: 'new' } }],
      };
      expect(await server.client.count(name, { filter: stale, exact: true })).toEqual({ count: 2 });
      await server.client.delete(name, { wait: true, filter: stale });
      await server.client.delete(name, { wait: true, filter: stale });
      const { points } = await server.client.scroll(name, { with_payload: true });
      expect(points.map(({ id, payload }) => ({ id, ...payload }))).toEqual([
        { id: 1, day: 20, run: 'new' },
        { id: 2, day: 20, run: 'new' },
        { id: 5, day: 21, run: 'old' },
      ]);
    });

    it('keeps an index in step with the payload', async () => {
      await server.client.createPayloadIndex(name, { field_name: 'city', field_schema: 'keyword', wait: true });
      const count = async (city: string) =>
        (await server.client.count(name, { exact: true, filter: { must: [{ key: 'city', match: { value: city } }] } }))
          .count;
      expect([await count('Oslo'), await count('Bergen')]).toEqual([2, 1]);
      await server.client.setPayload(name, { wait: true, points: [1], payload: { city: ['Bergen', 'Voss'] } });
      expect([await count('Oslo'), await count('Bergen'), await count('Voss')]).toEqual([1, 2, 1]);
      await server.client.clearPayload(name, { wait: true, points: [3] });
      await server.client.delete(name, { wait: true, points: [2] });
      expect([await count('Oslo'), await count('Bergen')]).toEqual([0, 1]);
      const { hits } = await server.client.facet(name, { key: 'city', exact: true });
      expect(hits).toEqual([
        { value: 'Bergen', count: 1 },
        { value: 'Voss', count: 1 },
      ]);
    });

    it('updates and deletes vectors without changing the rest', async () => {
      await server.client.updateVectors(name, { wait: true, points: [{ id: 1, vector: { dot: [9, 9] } }] });
      await server.client.deleteVectors(name, { wait: true, points: [2], vector: ['dot'] });
      expect(await retrieve(1)).toEqual({
        id: 1,
        payload: { city: 'Oslo', n: 1 },
        vector: { dot: [9, 9], dense: [1, 0, 0] },
      });
      expect(await retrieve(2)).toEqual({ id: 2, payload: { city: 'Oslo', n: 2 }, vector: {} });
    });

    it('updates the vectors of points that pass update_filter only', async () => {
      const answer = await server.send('PUT', `/collections/${name}/points/vectors?wait=true`, {
        points: [1, 2].map((id) => ({ id, vector: { dot: [9, 9] } })),
        update_filter: { must: [{ key: 'n', match: { value: 2 } }] },
      });
      expect(answer.status).toBe(200);
      expect(await retrieve(1)).toMatchObject({ vector: { dot: [1, 0] } });
      expect(await retrieve(2)).toMatchObject({ vector: { dot: [9, 9] } });
    });

    it('deletes the vectors of listed points and of those that pass a filter', async () => {
      const answer = await server.send('POST', `/collections/${name}/points/vectors/delete?wait=true`, {
        points: [1],
        filter: { must: [{ key: 'n', match: { value: 2 } }] },
        vector: ['dot'],
      });
      expect(answer.status).toBe(200);
      const { points } = await server.client.scroll(name, { with_vector: ['dot'] });
      expect(points.map(({ id, vector }) => [id, Object.keys(vector ?? {})])).toEqual([
        [1, []],
        [2, []],
        [3, ['dot']],
      ]);
    });

    it.each([
      ['an unknown change', { rename: {} }],
      ['a change without its payload', { set_payload: { points: [1] } }],
    ])('applies nothing of a batch with %s', async (_what, wrong) => {
      const answer = await server.send('POST', `/collections/${name}/points/batch?wait=true`, {
        operations: [{ delete: { points: [1] } }, wrong],
      });
      expect(answer.status).toBe(400);
      expect(await retrieve(1)).toBeDefined();
    });

    it('applies a batch of changes in order', async () => {
      const results = await server.client.batchUpdate(name, {
        wait: true,
        operations: [
          { upsert: { points: [{ id: 7, vector: { dot: [7, 7] }, payload: { a: 1, b: 2, c: 3 } }] } },
          { set_payload: { points: [7], payload: { d: 4 } } },
          { delete_payload: { points: [7], keys: ['a'] } },
          { update_vectors: { points: [{ id: 7, vector: { words: { indices: [1], values: [1] } } }] } },
          { delete_vectors: { points: [7], vector: ['dot'] } },
          { overwrite_payload: { points: [1], payload: { z: 1 } } },
          { clear_payload: { points: [2] } },
          { delete: { filter: { must: [{ has_id: [3] }] } } },
        ],
      });
      expect(results.map((result) => result?.status)).toEqual(Array.from({ length: 8 }, () => 'completed'));
      const { points } = await server.client.scroll(name, { with_vector: ['dot', 'words'] });
      expect(points).toEqual([
        { id: 1, payload: { z: 1 }, vector: { dot: [1, 0] } },
        { id: 2, payload: {}, vector: { dot: [2, 0] } },
        { id: 7, payload: { b: 2, c: 3, d: 4 }, vector: { words: { indices: [1], values: [1] } } },
      ]);
    });

    it.each([
      [
        'a payload without points',
        'POST',
        '/payload',
        { payload: { a: 1 } },
        400,
        'Either list of point ids or filter must be provided',
      ],
      [
        'keys without points',
        'POST',
        '/payload/delete',
        { keys: ['a'] },
        400,
        'Either list of point ids or filter must be provided',
      ],
      [
        'a payload for a missing point',
        'POST',
        '/payload',
        { points: [99], payload: { a: 1 } },
        404,
        'Not found: No point with id 99 found',
      ],
      [
        'a vector for a missing point',
        'PUT',
        '/vectors',
        { points: [{ id: 99, vector: { dot: [1, 1] } }] },
        404,
        'Not found: No point with id 99 found',
      ],
      ['vectors for no point', 'PUT', '/vectors', { points: [] }, 422, 'must specify points to update'],
      [
        'the deletion of an unknown vector',
        'POST',
        '/vectors/delete',
        { points: [1], vector: ['nope'] },
        400,
        'Not existing vector name error: nope',
      ],
      ['no points to store', 'PUT', '', { points: [] }, 400, 'Empty update request'],
      ['a deletion of no points', 'POST', '/delete', { points: [] }, 400, 'Empty update request'],
      ['an empty deletion', 'POST', '/delete', {}, 400, 'Format error in JSON body'],
      [
        'a key that is not a path',
        'POST',
        '/payload/delete',
        { points: [1], keys: ['a['] },
        400,
        'Format error in JSON body',
      ],
      ['an unknown change', 'POST', '/batch', { operations: [{ rename: {} }] }, 400, 'Format error in JSON body'],
    ])('refuses %s', async (_what, method, path, body, status, error) => {
      const answer = await server.send(method, `/collections/${name}/points${path}?wait=true`, body);
      expect(answer.status).toBe(status);
      expect(answer.error).toContain(error);
    });
  });
});
