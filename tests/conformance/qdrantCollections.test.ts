import { startQdrantServer, type QdrantServer } from './qdrantServer';

describe('collections and aliases of Qdrant', () => {
  let server: QdrantServer;
  const vectors = { dense: { size: 4, distance: 'Cosine' as const } };

  const newCollection = async () => {
    const name = server.newName();
    await server.client.createCollection(name, { vectors, sparse_vectors: { words: { modifier: 'idf' } } });
    return name;
  };

  beforeAll(async () => {
    server = await startQdrantServer();
  });

  afterAll(() => server.stop());

  it('returns its title and version', async () => {
    const { status, body } = await server.send('GET', '/');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      title: expect.stringContaining('qdrant') as string,
      version: expect.stringMatching(/^1\.\d+\.\d+/) as string,
    });
  });

  it.each(['/healthz', '/livez', '/readyz'])('answers %s in plain text', async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).not.toBe('');
  });

  it('creates, lists, describes and deletes a collection', async () => {
    const name = await newCollection();
    const { collections } = await server.client.getCollections();
    expect(collections.map((each) => each.name)).toContain(name);
    expect(await server.client.collectionExists(name)).toEqual({ exists: true });
    expect(await server.client.getCollection(name)).toMatchObject({
      status: 'green',
      optimizer_status: 'ok',
      points_count: 0,
      config: {
        params: { vectors, sparse_vectors: { words: { modifier: 'idf' } } },
        hnsw_config: { m: 16, ef_construct: 100 },
      },
      payload_schema: {},
    });
    expect(await server.client.deleteCollection(name)).toBe(true);
    expect(await server.client.collectionExists(name)).toEqual({ exists: false });
    expect(await server.client.deleteCollection(name)).toBe(false);
  });

  it('echoes the options of a collection', async () => {
    const name = server.newName();
    await server.client.createCollection(name, {
      vectors: { dense: { size: 8, distance: 'Dot', on_disk: true, hnsw_config: { m: 24 } } },
      hnsw_config: { ef_construct: 150 },
      optimizers_config: { indexing_threshold: 5000 },
      quantization_config: { scalar: { type: 'int8', always_ram: true } },
      on_disk_payload: false,
    });
    expect((await server.client.getCollection(name)).config).toMatchObject({
      params: {
        vectors: { dense: { size: 8, distance: 'Dot', on_disk: true, hnsw_config: { m: 24 } } },
        on_disk_payload: false,
      },
      hnsw_config: { m: 16, ef_construct: 150 },
      optimizer_config: { indexing_threshold: 5000 },
      quantization_config: { scalar: { type: 'int8', always_ram: true } },
    });
  });

  it('changes the given options only', async () => {
    const name = await newCollection();
    expect(
      await server.client.updateCollection(name, {
        hnsw_config: { m: 32 },
        sparse_vectors: { words: { modifier: 'none' } },
      }),
    ).toBe(true);
    expect((await server.client.getCollection(name)).config).toMatchObject({
      params: { vectors, sparse_vectors: { words: { modifier: 'none' } } },
      hnsw_config: { m: 32, ef_construct: 100 },
    });
  });

  it('refuses a second collection of the same name with 409', async () => {
    const name = await newCollection();
    const answer = await server.send('PUT', `/collections/${name}`, { vectors });
    expect(answer.status).toBe(409);
    expect(answer.error).toBe(`Wrong input: Collection \`${name}\` already exists!`);
    expect(typeof answer.body.time).toBe('number');
  });

  it.each([
    ['GET', ''],
    ['POST', '/points/scroll'],
    ['POST', '/points/query'],
    ['POST', '/points/count'],
    ['PATCH', ''],
  ])('answers %s %s of an unknown collection with 404', async (method, path) => {
    const name = server.newName();
    const answer = await server.send(method, `/collections/${name}${path}`, method === 'GET' ? undefined : {});
    expect(answer.status).toBe(404);
    expect(answer.error).toBe(`Not found: Collection \`${name}\` doesn't exist!`);
  });

  it.each([
    ['an unknown distance', { vectors: { dense: { size: 4, distance: 'Angle' } } }, 400],
    ['no size', { vectors: { dense: { distance: 'Dot' } } }, 400],
    ['a size of 0', { vectors: { dense: { size: 0, distance: 'Dot' } } }, 400],
    ['a size of 65,537', { vectors: { dense: { size: 65537, distance: 'Dot' } } }, 422],
    ['a forbidden character in a name', { vectors: { 'a/b': { size: 4, distance: 'Dot' } } }, 400],
    ['an ef_construct below 4', { vectors, hnsw_config: { ef_construct: 0 } }, 422],
    ['one name for two vectors', { vectors, sparse_vectors: { dense: {} } }, 400],
    ['a sparse vector without a name', { vectors, sparse_vectors: { '': {} } }, 400],
    ['an unknown modifier', { sparse_vectors: { words: { modifier: 'bm25' } } }, 400],
    ['a body that is not JSON', '{"vectors": ', 400],
    ['a body that is not an object', '[]', 400],
  ])('refuses %s', async (_what, body, status) => {
    const answer = await server.send('PUT', `/collections/${server.newName()}`, body);
    expect(answer.status).toBe(status);
    expect(answer.error).toMatch(status === 422 ? /^Validation error in JSON body: \[/ : /^(Format error|Wrong input)/);
  });

  it('refuses a forbidden character in the name of a collection', async () => {
    const answer = await server.send('PUT', `/collections/${encodeURIComponent('a:b')}`, { vectors });
    expect(answer.status).toBe(422);
    expect(answer.error).toContain('Validation error in path parameters');
  });

  describe('aliases', () => {
    it('name a collection, move to another and are deleted', async () => {
      const first = await newCollection();
      const second = await newCollection();
      const alias = server.newName();
      await server.client.updateCollectionAliases({
        actions: [{ create_alias: { alias_name: alias, collection_name: first } }],
      });
      expect(await server.client.getCollectionAliases(first)).toEqual({
        aliases: [{ alias_name: alias, collection_name: first }],
      });
      expect((await server.client.getAliases()).aliases).toContainEqual({
        alias_name: alias,
        collection_name: first,
      });
      await server.client.upsert(first, { wait: true, points: [{ id: 1, vector: { dense: [1, 0, 0, 0] } }] });
      expect(await server.client.count(alias, { exact: true })).toEqual({ count: 1 });
      expect(await server.client.collectionExists(alias)).toEqual({ exists: true });

      await server.client.updateCollectionAliases({
        actions: [
          { delete_alias: { alias_name: alias } },
          { create_alias: { alias_name: alias, collection_name: second } },
        ],
      });
      expect(await server.client.count(alias, { exact: true })).toEqual({ count: 0 });

      const renamed = server.newName();
      await server.client.updateCollectionAliases({
        actions: [{ rename_alias: { old_alias_name: alias, new_alias_name: renamed } }],
      });
      expect(await server.client.collectionExists(alias)).toEqual({ exists: false });
      expect(await server.client.getCollectionAliases(second)).toEqual({
        aliases: [{ alias_name: renamed, collection_name: second }],
      });
      await server.client.deleteCollection(second);
      expect((await server.client.getAliases()).aliases.map((each) => each.alias_name)).not.toContain(renamed);
    });

    it('move when they are created a second time', async () => {
      const first = await newCollection();
      const second = await newCollection();
      const alias = server.newName();
      for (const collection of [first, second]) {
        await server.client.updateCollectionAliases({
          actions: [{ create_alias: { alias_name: alias, collection_name: collection } }],
        });
      }
      expect(await server.client.getCollectionAliases(first)).toEqual({ aliases: [] });
      expect(await server.client.getCollectionAliases(second)).toEqual({
        aliases: [{ alias_name: alias, collection_name: second }],
      });
    });

    it.each([
      ['for an unknown collection', (names: Names) => create(names.alias, names.unknown), 404],
      ['with the name of a collection', (names: Names) => create(names.other, names.collection), 409],
      ['from an unknown alias', (names: Names) => rename(names.unknown, names.alias), 404],
      ['by an unknown action', () => ({ drop_alias: {} }), 400],
    ])('are refused %s', async (_what, action, status) => {
      const names: Names = {
        alias: server.newName(),
        unknown: server.newName(),
        collection: await newCollection(),
        other: await newCollection(),
      };
      const answer = await server.send('POST', '/collections/aliases', { actions: [action(names)] });
      expect(answer.status).toBe(status);
      expect(answer.error).toBeDefined();
    });

    it('of an unknown collection are an empty list', async () => {
      const answer = await server.send('GET', `/collections/${server.newName()}/aliases`);
      expect(answer).toMatchObject({ status: 200, body: { result: { aliases: [] } } });
    });

    it('keep an alias that is renamed to itself', async () => {
      const collection = await newCollection();
      const alias = server.newName();
      await server.client.updateCollectionAliases({ actions: [create(alias, collection)] as never });
      await server.client.updateCollectionAliases({ actions: [rename(alias, alias)] as never });
      expect(await server.client.getCollectionAliases(collection)).toEqual({
        aliases: [{ alias_name: alias, collection_name: collection }],
      });
    });

    it('reserve their names against new collections', async () => {
      const alias = server.newName();
      await server.client.updateCollectionAliases({
        actions: [{ create_alias: { alias_name: alias, collection_name: await newCollection() } }],
      });
      const answer = await server.send('PUT', `/collections/${alias}`, { vectors });
      expect(answer.status).toBe(400);
      expect(answer.error).toContain('Alias with the same name already exists');
    });

    it('can be deleted if they do not exist', async () => {
      const answer = await server.send('POST', '/collections/aliases', {
        actions: [{ delete_alias: { alias_name: server.newName() } }],
      });
      expect(answer.status).toBe(200);
    });
  });

  describe('payload indexes', () => {
    it('are listed with their types and are deleted', async () => {
      const name = await newCollection();
      await server.client.upsert(name, {
        wait: true,
        points: [
          { id: 1, vector: {}, payload: { city: ['Oslo', 'Bergen'], n: 1, title: 'A Title' } },
          { id: 2, vector: {}, payload: { city: 'Oslo', n: 'one' } },
        ],
      });
      const types = ['keyword', 'integer', 'float', 'bool', 'datetime', 'uuid', 'text'] as const;
      for (const type of types) {
        const result = await server.client.createPayloadIndex(name, {
          field_name: `${type}_field`,
          field_schema: type,
          wait: true,
        });
        expect(result).toMatchObject({ status: 'completed' });
      }
      await server.client.createPayloadIndex(name, {
        wait: true,
        field_name: 'city',
        field_schema: { type: 'keyword', is_tenant: true },
      });
      await server.client.createPayloadIndex(name, { wait: true, field_name: 'n', field_schema: 'integer' });
      const { payload_schema: schema } = await server.client.getCollection(name);
      expect(schema).toMatchObject({
        ...Object.fromEntries(types.map((type) => [`${type}_field`, { data_type: type }])),
        city: { data_type: 'keyword', params: { type: 'keyword', is_tenant: true }, points: 2 },
        n: { data_type: 'integer', points: 1 },
      });
      expect(await server.client.deletePayloadIndex(name, 'city', { wait: true })).toMatchObject({
        status: 'completed',
      });
      expect((await server.client.getCollection(name)).payload_schema).not.toHaveProperty('city');
    });

    it.each([
      ['an unknown type', { field_name: 'a', field_schema: 'number' }],
      ['no type', { field_name: 'a' }],
      ['a field that is not a path', { field_name: 'a..b', field_schema: 'keyword' }],
    ])('are refused with %s', async (_what, body) => {
      const answer = await server.send('PUT', `/collections/${await newCollection()}/index?wait=true`, body);
      expect(answer.status).toBe(400);
      expect(answer.error).toBeDefined();
    });
  });
});

interface Names {
  readonly alias: string;
  readonly unknown: string;
  readonly collection: string;
  readonly other: string;
}

const create = (alias: string, collection: string): object => ({
  create_alias: { alias_name: alias, collection_name: collection },
});

const rename = (from: string, to: string): object => ({
  rename_alias: { old_alias_name: from, new_alias_name: to },
});
