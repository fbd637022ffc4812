import { startQdrantServer, type QdrantServer } from './qdrantServer';

describe('queries of Qdrant', () => {
  let server: QdrantServer;
  let name: string;

  const points = [
    { id: 1, dense: [1, 0], words: { indices: [1, 2], values: [2, 1] }, city: 'Oslo' },
    { id: 2, dense: [4, 3], words: { indices: [1], values: [1] }, city: 'Oslo' },
    { id: 3, dense: [0, 1], words: { indices: [3], values: [4] }, city: 'Bergen' },
    { id: 4, dense: [-1, 0], words: { indices: [1, 3], values: [1, 1] }, city: ['Bergen', 'Voss'] },
  ];

  beforeAll(async () => {
    server = await startQdrantServer();
    name = server.newName();
    await server.client.createCollection(name, {
      vectors: { dense: { size: 2, distance: 'Cosine' }, far: { size: 2, distance: 'Euclid' } },
      sparse_vectors: { words: { modifier: 'idf' }, plain: {} },
    });
    await server.client.upsert(name, {
      wait: true,
      points: [
        ...points.map(({ id, dense, words, city }) => ({
          id,
          vector: { dense, far: dense, words, plain: words },
          payload: { city, nested: { id } },
        })),
        { id: 5, vector: {}, payload: { city: 'Voss' } },
      ],
    });
  });

  afterAll(() => server.stop());

  const query = async (request: object) => {
    const answer = await server.client.query(name, request);
    return answer.points.map(({ id, score }) => [id, score]);
  };

  const about = (pairs: [number, number][]): unknown =>
    pairs.map(([id, score]): [number, unknown] => [id, expect.closeTo(score, 5)]);

  it('finds the nearest by cosine, leaving out points without the vector', async () => {
    expect(await query({ query: [2, 0], using: 'dense' })).toEqual(
      about([
        [1, 1],
        [2, 0.8],
        [3, 0],
        [4, -1],
      ]),
    );
  });

  it('finds the nearest by distance, the smallest first', async () => {
    expect(await query({ query: { nearest: [1, 0] }, using: 'far', limit: 2 })).toEqual(
      about([
        [1, 0],
        [3, Math.SQRT2],
      ]),
    );
    expect(await query({ query: [1, 0], using: 'far', score_threshold: 2 })).toEqual(
      about([
        [1, 0],
        [3, Math.SQRT2],
      ]),
    );
  });

  it('weights words by the inverse document frequency', async () => {
    // N = 4 points with words; word 1 is in three of them, word 3 in two.
    const weight = (frequency: number) => Math.log((4 - frequency + 0.5) / (frequency + 0.5) + 1);
    expect(await query({ query: { indices: [3, 1], values: [1, 2] }, using: 'words' })).toEqual(
      about(
        [
          [3, 4 * weight(2)],
          [1, 2 * 2 * weight(3)],
          [4, weight(2) + 2 * weight(3)],
          [2, 2 * weight(3)],
        ].sort((left, right) => (right[1] ?? 0) - (left[1] ?? 0)) as [number, number][],
      ),
    );
  });

  it('finds sparse vectors only where they share a dimension', async () => {
    expect(await query({ query: { indices: [3, 77], values: [0.5, 9] }, using: 'plain' })).toEqual(
      about([
        [3, 2],
        [4, 0.5],
      ]),
    );
    expect(await query({ query: { indices: [77], values: [1] }, using: 'plain' })).toEqual([]);
  });

  it('searches with the vector of a point, without the point itself', async () => {
    expect(await query({ query: 1, using: 'dense' })).toEqual(
      about([
        [2, 0.8],
        [3, 0],
        [4, -1],
      ]),
    );
    expect(await query({ query: { nearest: 3 }, using: 'plain' })).toEqual(about([[4, 4]]));
  });

  it('resolves a point id in a prefetch', async () => {
    const request = {
      prefetch: [
        { query: 1, using: 'dense' },
        { query: { indices: [1, 3], values: [1, 2] }, using: 'plain' },
      ],
      query: { fusion: 'rrf' },
    };
    expect(await query(request)).toEqual(
      about([
        [3, 1 / 3 + 1 / 2],
        [2, 1 / 2 + 1 / 4],
        [4, 1 / 4 + 1 / 3],
      ]),
    );
  });

  it('searches with the vector of a point of another collection', async () => {
    const other = server.newName();
    await server.client.createCollection(other, { vectors: { side: { size: 2, distance: 'Dot' } } });
    await server.client.upsert(other, { wait: true, points: [{ id: 1, vector: { side: [0, 5] } }] });
    expect(
      await query({ query: 1, using: 'dense', lookup_from: { collection: other, vector: 'side' }, limit: 2 }),
    ).toEqual(
      about([
        [3, 1],
        [2, 0.6],
      ]),
    );
  });

  it('pages, filters and applies a score threshold', async () => {
    expect(await query({ query: [1, 0], using: 'dense', limit: 2, offset: 1 })).toEqual(
      about([
        [2, 0.8],
        [3, 0],
      ]),
    );
    const filter = { must: [{ key: 'city', match: { value: 'Bergen' } }] };
    expect(await query({ query: [1, 0], using: 'dense', filter })).toEqual(
      about([
        [3, 0],
        [4, -1],
      ]),
    );
    expect(await query({ query: [1, 0], using: 'dense', score_threshold: 0.5, params: { exact: true } })).toEqual(
      about([
        [1, 1],
        [2, 0.8],
      ]),
    );
  });

  const dense = { query: [1, 0], using: 'dense' };
  const words = { query: { indices: [3], values: [1] }, using: 'words' };

  it('fuses by reciprocal rank, with a default k of 2', async () => {
    const fused = [
      [1, 1 / 2],
      [3, 1 / 4 + 1 / 2],
      [4, 1 / 5 + 1 / 3],
      [2, 1 / 3],
    ].sort((left, right) => (right[1] ?? 0) - (left[1] ?? 0)) as [number, number][];
    expect(await query({ prefetch: [dense, words], query: { fusion: 'rrf' } })).toEqual(about(fused));
    expect(await query({ prefetch: [dense, words], query: { rrf: {} } })).toEqual(about(fused));
    expect(await query({ prefetch: [dense, words], query: { fusion: 'rrf' }, limit: 1, offset: 1 })).toEqual(
      about(fused.slice(1, 2)),
    );
  });

  it('fuses with a given k and weights', async () => {
    expect(await query({ prefetch: [dense, words], query: { rrf: { k: 60, weights: [1, 3] } }, limit: 2 })).toEqual(
      about([
        [3, 1 / (3 + 59) + 1 / (1 / 3 + 59)],
        [4, 1 / (4 + 59) + 1 / (2 / 3 + 59)],
      ]),
    );
  });

  it('keeps fused points at and above the threshold', async () => {
    expect(await query({ prefetch: [dense, words], query: { fusion: 'rrf' }, score_threshold: 0.5 })).toEqual(
      about([
        [3, 0.75],
        [4, 1 / 5 + 1 / 3],
        [1, 0.5],
      ]),
    );
  });

  it('scores the results of the prefetches again', async () => {
    expect(await query({ prefetch: [words], query: [0, 1], using: 'dense' })).toEqual(
      about([
        [3, 1],
        [4, 0],
      ]),
    );
    expect(
      await query({
        prefetch: { ...dense, limit: 2 },
        query: [0, 1],
        using: 'dense',
        filter: { must_not: [{ has_id: [1] }] },
      }),
    ).toEqual(
      about([
        [3, 1],
        [2, 0.6],
      ]),
    );
  });

  it.each([
    ['alternatives of both', { should: [{ has_id: [1] }] }, { should: [{ has_id: [3] }] }, [1, 3]],
    ['needs of both', { must: [{ has_id: [1, 3] }] }, { must: [{ has_id: [3, 4] }] }, [3]],
    [
      'the greater of two least counts over the conditions of both',
      { min_should: { conditions: [{ has_id: [1, 3] }, { has_id: [4] }], min_count: 2 } },
      { min_should: { conditions: [{ has_id: [1] }], min_count: 1 } },
      [1],
    ],
  ])('combines the filter of a prefetch with that of the query: %s', async (_name, inner, outer, ids) => {
    const prefetch = { query: [1, 0], using: 'dense', filter: inner };
    const found = await query({ prefetch, query: { fusion: 'rrf' }, filter: outer });
    expect(found.map(([id]) => id).sort()).toEqual(ids);
  });

  it('lists points in the order of ids without a query', async () => {
    expect(await query({ limit: 2, offset: 1 })).toEqual([
      [2, 1],
      [3, 1],
    ]);
  });

  it('returns payload and vectors on request', async () => {
    const answer = await server.client.query(name, {
      ...dense,
      limit: 1,
      with_payload: ['city'],
      with_vector: ['dense'],
    });
    expect(answer.points).toEqual([
      { id: 1, version: expect.any(Number) as number, score: 1, payload: { city: 'Oslo' }, vector: { dense: [1, 0] } },
    ]);
    const bare = await server.client.query(name, { ...dense, limit: 1 });
    expect(bare.points).toEqual([{ id: 1, version: expect.any(Number) as number, score: 1 }]);
  });

  it('samples', async () => {
    const sampled = await query({ query: { sample: 'random' }, limit: 3 });
    expect(sampled).toHaveLength(3);
    expect(new Set(sampled.map(([id]) => id)).size).toBe(3);
  });

  it('answers a batch in order', async () => {
    const answers = await server.client.queryBatch(name, {
      searches: [
        { ...dense, limit: 1 },
        { ...words, limit: 1 },
      ] as never,
    });
    expect(answers.map((answer) => answer.points.map(({ id }) => id))).toEqual([[1], [3]]);
  });

  it('groups by a field', async () => {
    const answer = await server.client.queryGroups(name, {
      ...dense,
      group_by: 'city',
      group_size: 1,
      limit: 2,
      with_payload: false,
    });
    expect(answer.groups.map(({ id, hits }) => [id, hits.map((hit) => hit.id)])).toEqual([
      ['Oslo', [1]],
      ['Bergen', [3]],
    ]);
  });

  it('answers the older search API', async () => {
    const found = await server.client.search(name, { vector: { name: 'dense', vector: [1, 0] }, limit: 1 });
    expect(found).toMatchObject([{ id: 1, score: 1, payload: { city: 'Oslo' } }]);
    const sparse = await server.client.search(name, {
      vector: { name: 'plain', vector: { indices: [3], values: [1] } },
      limit: 1,
      with_payload: false,
    });
    expect(sparse.map(({ id, score }) => [id, score])).toEqual([[3, 4]]);
  });

  it.each([
    [
      'another dimension',
      { query: [1, 2, 3], using: 'dense' },
      400,
      'Wrong input: Vector dimension error: expected dim: 2, got 3',
    ],
    ['an unknown vector', { query: [1, 2], using: 'nope' }, 400, 'Wrong input: Not existing vector name error: nope'],
    ['no vector name', { query: [1, 2] }, 400, 'Wrong input: Not existing vector name error: '],
    [
      'a sparse query of a dense vector',
      { query: { indices: [1], values: [1] }, using: 'dense' },
      400,
      'Wrong input: ',
    ],
    ['a dense query of a sparse vector', { query: [1, 2], using: 'words' }, 400, 'Wrong input: '],
    ['an unknown point', { query: 99, using: 'dense' }, 404, 'Not found: No point with id 99 found'],
    ['a limit of 0', { ...dense, limit: 0 }, 422, 'limit: value 0 invalid, must be 1 or larger'],
    [
      'a limit of 0 inside',
      { prefetch: [{ ...dense, limit: 0 }], query: { fusion: 'rrf' } },
      422,
      'limit: value 0 invalid, must be 1 or larger',
    ],
    [
      'prefetches without a query',
      { prefetch: [dense] },
      400,
      'Bad request: A query is needed to merge the prefetches.',
    ],
    [
      'a threshold without a query',
      { score_threshold: 1 },
      400,
      'Bad request: A query is needed to use the score_threshold.',
    ],
    ['fusion without prefetches', { query: { fusion: 'rrf' } }, 400, 'cannot apply Fusion without prefetches'],
    [
      'fusion of one vector',
      { prefetch: [dense], query: { fusion: 'rrf' }, using: 'dense' },
      400,
      "Bad request: Fusion queries cannot be combined with the 'using' field.",
    ],
    ['too many weights', { prefetch: [dense], query: { rrf: { weights: [1, 2] } } }, 400, 'Wrong input: '],
    ['a k of 0', { prefetch: [dense], query: { rrf: { k: 0 } } }, 422, 'Validation error in JSON body'],
    ['an unknown fusion', { prefetch: [dense], query: { fusion: 'mean' } }, 400, 'Format error in JSON body'],
    ['order by an unindexed field', { query: { order_by: 'city' } }, 400, 'No range index for `order_by` key: `city`'],
  ])('refuses %s', async (_what, request, status, error) => {
    const answer = await server.send('POST', `/collections/${name}/points/query`, request);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});
