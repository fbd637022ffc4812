import { linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { planRun } from '../../lib/planning/planRun';
import { plannedRanges } from '../../lib/planning/readPlan';
import { bareQuery } from './bareSql';
import { DATASETS, type DatasetName } from './input/datasets';
import { generateFile } from './input/generate';
import { jobContract, localLakehouse, RUN, type Job, type JobRange } from './job';
import { readRange } from './localStore';

/** Generates a file and splits it into the ranges of our planning. This is not part of any measured time. */
export async function prepareCase(
  name: DatasetName,
  megabytes: number,
  folder: string,
): Promise<{ job: Job; bytes: number; records: number }> {
  const dataset = DATASETS[name];
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'input.csv');
  const records = generateFile(name, megabytes * 1e6, file);
  const ranges = await splitRanges(name, file, folder);
  const options = { header: true, firstRecord: 1, technicalColumns: true, dirty: name === 'dirty' };
  const query = bareQuery(jobContract(dataset), file, options);
  const job = { dataset, file, ranges, output: path.join(folder, 'output'), query };
  writeFileSync(path.join(folder, 'job.json'), JSON.stringify(job));
  return { job, bytes: statSync(file).size, records };
}

async function splitRanges(name: DatasetName, file: string, folder: string): Promise<JobRange[]> {
  const lakehouse = localLakehouse(path.join(folder, 'lake'), DATASETS[name], []);
  const key = { ...RUN, dataset: name };
  const raw = path.join(folder, 'lake', 'raw', name, key.date);
  mkdirSync(raw, { recursive: true });
  linkSync(file, path.join(raw, 'input.csv'));
  const { ranges: count } = await planRun(lakehouse, key);
  const ranges: JobRange[] = [];
  for (let task = 0; task < count; task++) {
    const range = await plannedRanges(lakehouse, key).read(task);
    if (range === undefined) throw new Error(`range ${task} is not in the plan`);
    const { offset, length, firstRecord, records } = range;
    const target = path.join(folder, `range-${task}.csv`);
    writeFileSync(target, await readRange(file, { offset, length }));
    ranges.push({ file: target, offset, length, firstRecord, records });
  }
  return ranges;
}
