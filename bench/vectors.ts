import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { anyFreePort } from '../local/ports';
import { chunk, CONFIG, DIMENSIONS, INDEXES, vector, words, WORDS_PER_CHUNK } from './vectors/chunks';

// Usage: node dist/bench/vectors.js [points] [main file of another build of the vector endpoint]
// Loads the same chunks into the local vector endpoint and, if given, into another build of it, and prints for each:
// the load, hybrid search without a filter and with one that all points pass, bulk delete by filter, and the start on
// the same data after kill -9. Searches of the builds take turns, so that a busy machine slows both.
//
// With --start-only it writes the data without HTTP, and prints only the start, several times and in turns: from the begin
// of the process until it listens, and its processor time until then. --keep FOLDER keeps the data there, and uses what
// an earlier run left: a million points take ten to twenty minutes to write and 5 GB for each build.

const BATCH = 256;
const SEARCHES = 60;
const LIMIT = 100;
const STARTS = 5;

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

async function createCollection(endpoint: Endpoint): Promise<void> {
  await send(endpoint, 'PUT', '', JSON.stringify(CONFIG));
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

interface Build {
  readonly name: string;
  readonly mainFile: string;
}

/** Linux counts hundredths of seconds. */
function processorSecondsOf(processId: number | undefined): number {
  const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function writeData(mainFile: string, data: string, count: number): Promise<void> {
  const script = path.join(__dirname, 'vectors/writeData.js');
  const child = spawn(process.execPath, [script, mainFile, data, String(count)], { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the data could not be written: exit code ${String(code)}`);
}

async function measureStarts(builds: readonly Build[], count: number, folder: string): Promise<void> {
  const dataOf = ({ name }: Build): string => path.join(folder, `${name} ${count}`);
  for (const build of builds) {
    if (!existsSync(dataOf(build))) await writeData(build.mainFile, dataOf(build), count);
  }
  for (let round = 0; round < STARTS; round++) {
    for (const build of builds) {
      const load = loadavg()[0]?.toFixed(1);
      const endpoint = await start(build.name, build.mainFile, dataOf(build));
      const processor = process.platform === 'linux' ? processorSecondsOf(endpoint.process.pid).toFixed(1) : '?';
      console.log(
        `start, ${build.name}: ${endpoint.startSeconds.toFixed(2)} s, of the processors ${processor} s, load before ${load}`,
      );
      await kill(endpoint);
    }
  }
}

async function measureAll(builds: readonly Build[], count: number, folder: string): Promise<void> {
  const startAll = (): Promise<Endpoint[]> =>
    Promise.all(builds.map(({ name, mainFile }, index) => start(name, mainFile, path.join(folder, String(index)))));
  let endpoints = await startAll();
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
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { 'start-only': { type: 'boolean' }, keep: { type: 'string' } },
    allowPositionals: true,
  });
  const [points = '20000', otherMainFile] = positionals;
  const count = Number(points);
  const builds = [
    { name: 'this build', mainFile: path.join(__dirname, '../packages/vector-endpoint/main.js') },
    ...(otherMainFile === undefined ? [] : [{ name: 'other build', mainFile: otherMainFile }]),
  ];
  const temporary = mkdtempSync(path.join(tmpdir(), 'bench-vectors-'));
  console.log(`${count} chunks of ${DIMENSIONS} dimensions and ${WORDS_PER_CHUNK} words`);
  try {
    if (values['start-only'] === true) {
      await measureStarts(builds, count, values.keep ?? temporary);
    } else {
      await measureAll(builds, count, temporary);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

void main();
