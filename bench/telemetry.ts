import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileExporters } from '../functions/telemetry/fileExporters';
import { startSdk } from '../functions/telemetry/startSdk';
import type { ObjectStore } from '../lib/storage/objectStore';
import { tracedStore } from '../lib/storage/tracedStore';
import { inRunSpan } from '../lib/telemetry/runSpans';
import { median } from './transform/results';

// What a span costs at a border: calls of a store that answers at once, bare and traced, in turn in one process. A real call of
// storage takes milliseconds.

const CALLS = 20_000;
const ROUNDS = 9;

const bare = { info: () => Promise.resolve(undefined) } as unknown as ObjectStore;
const traced = tracedStore(bare);

async function microsecondsOf(store: ObjectStore): Promise<number> {
  const since = performance.now();
  for (let call = 0; call < CALLS; call += 1) await store.info('raw', 'a');
  return ((performance.now() - since) * 1000) / CALLS;
}

async function compare(name: string, work: (store: ObjectStore) => Promise<number>): Promise<void> {
  const [plain, spans]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    plain.push(await microsecondsOf(bare));
    spans.push(await work(traced));
  }
  const more = median(spans) - median(plain);
  console.log(`${name}: ${more.toFixed(2)} microseconds more a call (bare ${median(plain).toFixed(2)})`);
}

async function main(): Promise<void> {
  const inRun = (store: ObjectStore): Promise<number> =>
    inRunSpan('run', { name: 'step' }, undefined, () => microsecondsOf(store));
  await compare('without an exporter', inRun);
  const folder = mkdtempSync(path.join(tmpdir(), 'traces-'));
  const sdk = startSdk(fileExporters({ folder }), { samplingRatio: 1, warn: console.error });
  await compare('with traces in files', inRun);
  await sdk.stop();
  const sampled = startSdk(fileExporters({ folder }), { samplingRatio: 0, warn: console.error });
  await compare('with an exporter, of a trace that is not kept', inRun);
  await sampled.stop();
  rmSync(folder, { recursive: true, force: true });
}

void main();
