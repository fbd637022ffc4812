import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anyFreePort } from '../local/ports';
import { seededRandom } from './reliability/seededRandom';

// Usage: node dist/bench/vectors.js [points] [main file of another build of the vector endpoint]
// Loads the same chunks into the local vector endpoint and, if given, into another build of it, and prints for each:
// the load, hybrid search without a filter and with one that all points pass, bulk delete by filter, and the start on
// the same data after kill -9. Searches of the builds take turns, so that a busy machine slows both.

const DIMENSIONS = 512;
const WORDS_PER_CHUNK = 80;
const BATCH = 256;
const SEARCHES = 60;
const LIMIT = 100;

interface Endpoint {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
  readonly startSeconds: number;
}

async function start(name: string, mainFile: string, data: string): Promise<Endpoint> {
  const port = await anyFreePort();
  const since = performance.now();
  const child = spawn(process.execPath, [mainFile, '--port', String(port), '--data', data, '--exit-with-parent'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.includes('listening') && resolve());
    child.once('exit', () => reject(new Error(`${name} ended before it listened`)));
  });
  return { name, url: `http://127.0.0.1:${port}`, process: child, startSeconds: (performance.now() - since) / 1000 };
}

async function kill({ process: child }: Endpoint): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function send({ url }: Endpoint, method: string, route: string, body: string): Promise<string> {
  const response = await fetch(`${url}/collections/chunks${route}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}

const random = seededRandom(1);

const vector = (): number[] => Array.from({ length: DIMENSIONS }, () => Math.round((random() - 0.5) * 1e6) / 1e6);

/** Frequent and rare words, as in text: the third power makes a few words common. */
function words(count: number): { indices: number[]; values: number[] } {
  const indices = new Set<number>();
  while (indices.size < count) indices.add(Math.floor(random() ** 3 * 200_000));
  return { indices: [...indices], values: Array.from(indices, () => 0.5 + random()) };
}

function chunk(number: number): object {
  const id = `${number.toString(16).padStart(8, '0')}-0000-5000-8000-000000000000`;
  const document = Math.floor(number / 10);
  const payload = {
    dataset: 'articles',
    doc_id: `document-${document}`,
    content_hash: `hash-${document}`,
    author: `author ${document % 500}`,
    category: `category ${document % 20}`,
    allowed_groups: [],
    ingest_date: 20_000,
    published_day: 15_000 + (document % 3000),
    chunk_number: number % 10,
    run_id: 'run-1',
    text: 'Words of the chunk, one after another. '.repeat(20),
  };
  return { id, vector: { dense: vector(), lexical: words(WORDS_PER_CHUNK) }, payload };
}

const INDEXES = {
  keyword: ['dataset', 'doc_id', 'content_hash', 'author', 'category', 'allowed_groups', 'run_id'],
  integer: ['ingest_date', 'published_day', 'chunk_number'],
};

async function createCollection(endpoint: Endpoint): Promise<void> {
  const config = {
    vectors: { dense: { size: DIMENSIONS, distance: 'Cosine' } },
    sparse_vectors: { lexical: { modifier: 'idf' } },
  };
  await send(endpoint, 'PUT', '', JSON.stringify(config));
  for (const [schema, fields] of Object.entries(INDEXES)) {
    for (const field of fields) {
      await send(endpoint, 'PUT', '/index?wait=true', JSON.stringify({ field_name: field, field_schema: schema }));
    }
  }
}

const passedByAll = {
  must: [
    { key: 'dataset', match: { value: 'articles' } },
    { should: [{ is_empty: { key: 'allowed_groups' } }, { key: 'allowed_groups', match: { any: ['staff'] } }] },
  ],
};

/** The batch of searches that a question is. */
function question(filter: object | undefined): string {
  const common = { limit: LIMIT, with_payload: true, ...(filter && { filter }) };
  return JSON.stringify({
    searches: [
      { ...common, query: vector(), using: 'dense' },
      { ...common, query: words(8), using: 'lexical' },
    ],
  });
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1000;
}

function quantiles(seconds: readonly number[]): string {
  const sorted = [...seconds].sort((left, right) => left - right);
  const at = (share: number): string => ((sorted[Math.floor(share * (sorted.length - 1))] ?? NaN) * 1000).toFixed(1);
  return `${at(0.5)} / ${at(0.95)} ms`;
}

async function measureSearches(
  endpoints: readonly Endpoint[],
  filter: object | undefined,
  title: string,
): Promise<void> {
  const times = endpoints.map((): number[] => []);
  for (let search = -5; search < SEARCHES; search++) {
    const body = question(filter);
    for (const [index, endpoint] of endpoints.entries()) {
      const seconds = await secondsOf(() => send(endpoint, 'POST', '/points/query/batch', body));
      if (search >= 0) times[index]?.push(seconds);
    }
  }
  endpoints.forEach(({ name }, index) =>
    console.log(`${title}, ${name}: ${quantiles(times[index] ?? [])} (p50 / p95)`),
  );
}

async function load(endpoints: readonly Endpoint[], count: number): Promise<void> {
  const seconds = endpoints.map(() => 0);
  for (let from = 0; from < count; from += BATCH) {
    const points = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => chunk(from + index));
    const body = JSON.stringify({ points });
    for (const [index, endpoint] of endpoints.entries()) {
      seconds[index]! += await secondsOf(() => send(endpoint, 'PUT', '/points?wait=true', body));
    }
  }
  endpoints.forEach(({ name }, index) => console.log(`load, ${name}: ${seconds[index]?.toFixed(1)} s`));
}

/** A tenth of the points, then single documents. */
async function measureDeletes(endpoints: readonly Endpoint[], count: number): Promise<void> {
  for (const endpoint of endpoints) {
    const ids = Array.from({ length: count / 10 }, (_, index) => `document-${index}`).slice(0, count / 100);
    const many = { filter: { must: [{ key: 'doc_id', match: { any: ids } }] } };
    const bulk = await secondsOf(() => send(endpoint, 'POST', '/points/delete?wait=true', JSON.stringify(many)));
    console.log(`delete of ${count / 10} points by filter, ${endpoint.name}: ${bulk.toFixed(2)} s`);
    const single = await secondsOf(async () => {
      for (let index = 0; index < 100; index++) {
        const filter = {
          must: [passedByAll.must[0], { key: 'doc_id', match: { value: `document-${count / 50 + index}` } }],
        };
        await send(endpoint, 'POST', '/points/delete?wait=true', JSON.stringify({ filter }));
      }
    });
    console.log(`delete of 100 documents one by one, ${endpoint.name}: ${single.toFixed(2)} s`);
  }
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 20_000);
  const builds = [
    { name: 'this build', mainFile: path.join(__dirname, '../packages/vector-endpoint/main.js') },
    ...(process.argv[3] === undefined ? [] : [{ name: 'other build', mainFile: process.argv[3] }]),
  ];
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-vectors-'));
  const startAll = (): Promise<Endpoint[]> =>
    Promise.all(builds.map(({ name, mainFile }, index) => start(name, mainFile, path.join(folder, String(index)))));
  try {
    let endpoints = await startAll();
    console.log(`${count} chunks of ${DIMENSIONS} dimensions and ${WORDS_PER_CHUNK} words`);
    for (const endpoint of endpoints) await createCollection(endpoint);
    await load(endpoints, count);
    const restart = async (): Promise<void> => {
      for (const endpoint of endpoints) await kill(endpoint);
      // One after another: each start has the machine to itself.
      endpoints = [];
      for (const [index, { name, mainFile }] of builds.entries()) {
        const endpoint = await start(name, mainFile, path.join(folder, String(index)));
        endpoints.push(endpoint);
        console.log(`start after kill -9, ${name}: ${endpoint.startSeconds.toFixed(2)} s`);
      }
    };
    await measureSearches(endpoints, undefined, 'hybrid search');
    await measureSearches(endpoints, passedByAll, 'hybrid search with a filter that all pass');
    await restart();
    await measureSearches(endpoints, undefined, 'hybrid search after the start');
    await measureSearches(endpoints, passedByAll, 'the same with a filter that all pass');
    await measureDeletes(endpoints, count);
    for (const endpoint of endpoints) await kill(endpoint);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
