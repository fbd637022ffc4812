import { createDocumentLookup } from '../../../lib/documents/currentDocuments';
import { countPartition, listDocuments } from '../../../lib/documents/documentQueries';
import { loadDocuments } from '../../../lib/documents/loadDocuments';
import { migrate } from '../../../lib/database/migrate';
import { createPostgres } from '../../../lib/database/postgres';
import { eventually } from '../../support/functions-host/hostProcess';
import { batches, documentRow } from '../../support/documents';
import { createTestDatabase, type TestDatabase } from '../../support/servers';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await migrate(test.database);
});
afterAll(() => test.drop());

const RUN = 'run-1';
const partition = { dataset: 'letters', date: '2026-01-01' };

describe('loading documents', () => {
  beforeEach(() => test.database.query('truncate documents'));

  it('counts rows, and keeps null, empty and any text unchanged', async () => {
    const odd = documentRow({ docId: 'odd', title: 'a "quoted", \\N line\nbreak; ünï', author: null, category: '' });
    expect(await loadDocuments(test.database, RUN, batches([odd], [documentRow({ docId: 'b' })]))).toEqual({
      rows: 2,
      written: 2,
    });
    expect(
      await test.database.query('select title, author, category, published_at from documents where doc_id = $1', [
        'odd',
      ]),
    ).toEqual([{ title: odd.title, author: null, category: '', published_at: new Date('2020-05-17T00:00:00Z') }]);
  });

  it('does not rewrite unchanged rows when they are loaded again', async () => {
    const rows = [documentRow({ docId: 'a' }), documentRow({ docId: 'b' })];
    await loadDocuments(test.database, RUN, batches(rows));
    const before = await test.database.query('select doc_id, xmin::text, loaded_at from documents order by 1');
    expect(await loadDocuments(test.database, RUN, batches(rows))).toEqual({ rows: 2, written: 0 });
    expect(await test.database.query('select doc_id, xmin::text, loaded_at from documents order by 1')).toEqual(before);
    const changed = [documentRow({ docId: 'a' }), documentRow({ docId: 'b', contentHash: 'other' })];
    expect(await loadDocuments(test.database, RUN, batches(changed))).toEqual({ rows: 2, written: 1 });
  });

  it('loads nothing if reading the rows fails', async () => {
    async function* breaking(): AsyncGenerator<ReturnType<typeof documentRow>[]> {
      yield [documentRow({ docId: 'a' })];
      throw new Error('the lake went away');
    }
    await expect(loadDocuments(test.database, RUN, breaking())).rejects.toThrow('the lake went away');
    expect(await countPartition(test.database, partition)).toEqual({ rows: 0, current: 0 });
  });
});

describe('current documents', () => {
  it('are the documents of the newest partition, whatever was loaded last', async () => {
    await test.database.query('truncate documents');
    await loadDocuments(
      test.database,
      RUN,
      batches([documentRow({ docId: 'a', ingestDate: '2026-02-01', contentHash: 'new' })]),
    );
    await loadDocuments(
      test.database,
      RUN,
      batches([documentRow({ docId: 'a', contentHash: 'old' }), documentRow({ docId: 'b' })]),
    );
    expect(await countPartition(test.database, partition)).toEqual({ rows: 2, current: 1 });
    const lookup = createDocumentLookup(test.database);
    const found = await lookup.current(
      ['old', 'new'].map((contentHash) => ({ dataset: 'letters', docId: 'a', contentHash })),
      'everything',
    );
    expect(found.map(({ contentHash }) => contentHash)).toEqual(['new']);
  });
});

describe('listing documents', () => {
  beforeAll(async () => {
    await test.database.query('truncate documents');
    const rows = Array.from({ length: 25 }, (_, index) =>
      documentRow({
        docId: `d${String(index).padStart(2, '0')}`,
        author: index % 2 === 0 ? 'Ada' : 'Bob',
        category: index < 5 ? 'early' : 'late',
        title: index === 7 ? '100% sure_thing' : `Letter ${index}`,
        publishedAt: index % 5 === 4 ? null : `20${10 + index}-03-01`,
      }),
    );
    await loadDocuments(test.database, RUN, batches(rows));
  });

  it('pages through all documents once, newest first, undated last', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listDocuments(test.database, {}, 'everything', { limit: 4, cursor });
      seen.push(...page.documents.map(({ docId }) => docId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen[0]).toBe('d23');
    expect(seen.slice(-5)).toEqual(['d04', 'd09', 'd14', 'd19', 'd24']);
  });

  it.each([
    ['author', { author: 'Ada' }, 13],
    ['category', { category: 'early' }, 5],
    ['dates, both inclusive', { from: '2011-03-01', to: '2013-03-01' }, 3],
    ['text in the title, whatever the case', { title: 'LETTER 1' }, 11],
    ['wildcards in the title as plain text', { title: '100% sure_' }, 1],
    ['another dataset', { dataset: 'other' }, 0],
  ])('filters by %s', async (_name, filters, expected) => {
    expect((await listDocuments(test.database, filters, 'everything', { limit: 100 })).documents).toHaveLength(
      expected,
    );
  });

  it.each(['garbage', Buffer.from('[1,2]').toString('base64url'), ''])('refuses the cursor "%s"', async (cursor) => {
    await expect(listDocuments(test.database, {}, 'everything', { limit: 4, cursor })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
      status: 400,
    });
  });
});

describe('a text with a NUL character', () => {
  it('is a fault of the caller', async () => {
    await expect(test.database.query('select $1::text', ['a\0b'])).rejects.toMatchObject({
      code: 'DATABASE_TEXT_UNTRANSLATABLE',
      status: 400,
      retryable: false,
    });
  });
});

describe('a database out of reach', () => {
  it('gives a retryable problem', async () => {
    const unreachable = createPostgres('postgres://u:p@127.0.0.1:1/none');
    await expect(unreachable.query('select 1')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      retryable: true,
    });
    await unreachable.close();
  });

  it('reconnects after its sessions were ended', async () => {
    const other = createPostgres(test.url);
    await Promise.all(Array.from({ length: 4 }, () => other.query('select pg_sleep(0.05)')));
    await test.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    // A query on a session whose end the pool has not noticed yet fails, with a retryable problem.
    const rows = await eventually(() =>
      other.query('select 1 as one').catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
        return undefined;
      }),
    );
    expect(rows).toEqual([{ one: 1 }]);
    await other.close();
  });
});
