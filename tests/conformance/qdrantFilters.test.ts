import { startQdrantServer, type QdrantServer } from './qdrantServer';

// Cases that the recorded answers do not have: booleans, text without an index, refused filters.

describe('filters of Qdrant', () => {
  let server: QdrantServer;
  let name: string;

  beforeAll(async () => {
    server = await startQdrantServer();
    name = server.newName();
    await server.client.createCollection(name, { vectors: { v: { size: 1, distance: 'Dot' } } });
    const payloads = [
      { flag: true, text: 'The Treasury of the Nation' },
      { flag: false, text: 'the nation' },
      { flag: [true, false], text: ['gold', 'Treasury'] },
      { flag: 1, text: 5 },
      { flag: 'true' },
      {},
    ];
    await server.client.upsert(name, {
      wait: true,
      points: payloads.map((payload, index) => ({ id: index + 1, vector: {}, payload })),
    });
  });

  afterAll(() => server.stop());

  const idsPassing = async (condition: object) =>
    (await server.client.scroll(name, { filter: { must: [condition] } as never })).points.map(({ id }) => id);

  const booleanMatches = async () => ({
    true: await idsPassing({ key: 'flag', match: { value: true } }),
    false: await idsPassing({ key: 'flag', match: { value: false } }),
    one: await idsPassing({ key: 'flag', match: { value: 1 } }),
    word: await idsPassing({ key: 'flag', match: { value: 'true' } }),
  });

  it('match booleans as booleans, with and without an index', async () => {
    const expected = { true: [1, 3], false: [2, 3], one: [4], word: [5] };
    expect(await booleanMatches()).toEqual(expected);
    await server.client.createPayloadIndex(name, { field_name: 'flag', field_schema: 'bool', wait: true });
    expect(await booleanMatches()).toEqual(expected);
    expect(await server.client.facet(name, { key: 'flag', exact: true })).toEqual({
      hits: [
        { value: false, count: 2 },
        { value: true, count: 2 },
      ],
    });
  });

  it('match text by tokens if the field has a text index', async () => {
    await server.client.createPayloadIndex(name, {
      wait: true,
      field_name: 'text',
      field_schema: { type: 'text', tokenizer: 'word', lowercase: true, min_token_len: 3, phrase_matching: true },
    });
    expect(await idsPassing({ key: 'text', match: { text: 'NATION treasury' } })).toEqual([1]);
    expect(await idsPassing({ key: 'text', match: { text: 'treas' } })).toEqual([]);
    expect(await idsPassing({ key: 'text', match: { text: 'of' } })).toEqual([]);
    expect(await idsPassing({ key: 'text', match: { text_any: 'gold nation' } })).toEqual([1, 2, 3]);
    expect(await idsPassing({ key: 'text', match: { phrase: 'the nation' } })).toEqual([1, 2]);
  });

  it('accept one condition instead of a list', async () => {
    const answer = await server.send('POST', `/collections/${name}/points/count`, {
      filter: { must: { key: 'flag', match: { value: true } } },
    });
    expect(answer.body.result).toEqual({ count: 2 });
  });

  it.each([
    ['an unknown part', { mustnt: [] }, 400],
    ['a condition without a test', { must: [{ key: 'flag' }] }, 422],
    ['an unknown match', { must: [{ key: 'flag', match: { like: 'x' } }] }, 400],
    ['a fraction to match', { must: [{ key: 'flag', match: { value: 1.5 } }] }, 400],
    ['strings and numbers in one list', { must: [{ key: 'flag', match: { any: [1, 'a'] } }] }, 400],
    ['a key that is not a path', { must: [{ key: 'a b', match: { value: 1 } }] }, 400],
    ['a key that is not a string', { must: [{ key: 5, match: { value: 1 } }] }, 400],
    ['an invalid date', { must: [{ key: 'at', range: { gt: 'yesterday' } }] }, 400],
    ['a min_count of 0', { min_should: { conditions: [{ has_id: [1] }], min_count: 0 } }, 422],
    ['an invalid id', { must: [{ has_id: ['x'] }] }, 400],
    ['a condition that is not an object', { must: ['x'] }, 400],
  ])('are refused with %s', async (_what, filter, status) => {
    for (const path of ['scroll', 'count', 'delete']) {
      const answer = await server.send('POST', `/collections/${name}/points/${path}`, { filter });
      expect({ path, status: answer.status }).toEqual({ path, status });
      expect(answer.error).toMatch(status === 422 ? /^Validation error in JSON body/ : /^Format error in JSON body/);
    }
    expect(await server.client.count(name, { exact: true })).toEqual({ count: 6 });
  });
});
