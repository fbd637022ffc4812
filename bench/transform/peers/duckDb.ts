import path from 'node:path';
import { openDuckDb, type DuckDb } from '../../../lib/duckdb/duckdb';
import { parquetLayout, parquetOptions } from '../../../lib/transform/draftPart';
import { bareQuery } from '../bareSql';
import { inLanes, jobContract, LANES, MEMORY_LIMIT_IN_MEGABYTES, readJob, report, timed } from '../job';

// Usage: duckDb.js <job> ranges|business|whole
// ranges: the file of each range, two at a time, each in an engine with one thread; business: the same without the technical
// columns; whole: the complete file in one engine with two threads.

async function main(): Promise<void> {
  const job = readJob();
  const variant = process.argv[3];
  const contract = jobContract(job.dataset);
  const dirty = job.dataset.name === 'dirty';
  const open = (threads: number) =>
    openDuckDb(
      { memoryLimitInMegabytes: threads * MEMORY_LIMIT_IN_MEGABYTES, threads },
      path.join(job.output, 'temporary'),
    );
  const copy = async (
    duckDb: DuckDb,
    part: number,
    file: string,
    range: (typeof job.ranges)[number],
    header: boolean,
  ) => {
    const records = { path: file, source: '', columns: [], ...range };
    const options = { header, firstRecord: range.firstRecord, technicalColumns: variant !== 'business', dirty };
    const target = path.join(job.output, `part-${part}.parquet`);
    const layout = parquetOptions(parquetLayout('snappy', records));
    await duckDb.run(`COPY (${bareQuery(contract, file, options)}) TO '${target}' (FORMAT parquet, ${layout})`);
  };
  const result = await timed(async () => {
    if (variant === 'whole') {
      const [first] = job.ranges;
      const duckDb = await open(2);
      if (first !== undefined) await copy(duckDb, 0, job.file, first, true);
      duckDb.close();
      return;
    }
    const free = await Promise.all(Array.from({ length: LANES }, () => open(1)));
    await inLanes(job.ranges.length, async (part) => {
      const range = job.ranges[part];
      const duckDb = free.pop();
      if (range === undefined || duckDb === undefined) return;
      await copy(duckDb, part, range.file, range, false);
      free.push(duckDb);
    });
    for (const duckDb of free) duckDb.close();
  });
  report(result);
}

void main();
