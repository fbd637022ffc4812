import type { Lakehouse } from '../lakehouse/lakehouse';
import type { ObjectInfo } from '../storage/objectStore';
import { readJson } from '../staging/readJson';
import { contractOfRun } from '../staging/runContract';
import { shardsOf, type Shards } from '../staging/shards';
import { conversionFile, conversionShardFile, surveyFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { convertSource, type ConvertedSource } from '../conversion/convertSource';
import { mapAll } from '../concurrency/mapInOrder';
import { convertedFile, plainFile, type ReadableFile } from './readableFile';

type ListedFile = Pick<ObjectInfo, 'path' | 'size' | 'etag'>;

/** `survey.json` in staging: a run that has files to convert before planning. */
export interface Survey {
  tableVersion: number;
  /** Bytes of the files as they were dropped. */
  bytes: number;
  /** In the run's order; `conversion` numbers those to convert. */
  files: (ListedFile & { conversion?: number })[];
}

const PARALLEL_READS = 32;

function filesToConvert(lakehouse: Pick<Lakehouse, 'store' | 'containers'>, key: RunKey): Shards<ListedFile> {
  return shardsOf(lakehouse, (shard) => conversionShardFile(key, shard));
}

/** Lists the files to convert in staging. Returns their number. */
export async function listConversions(
  lakehouse: Lakehouse,
  key: RunKey,
  run: Omit<Survey, 'files'>,
  infos: readonly ListedFile[],
  toConvert: (file: ListedFile) => boolean,
): Promise<number> {
  const { store, containers } = lakehouse;
  const list = filesToConvert(lakehouse, key).writer();
  const files: Survey['files'] = [];
  let conversions = 0;
  for (const { path, size, etag } of infos) {
    const file = { path, size, etag };
    if (toConvert(file)) {
      await list.add(file);
      files.push({ ...file, conversion: conversions });
      conversions += 1;
    } else files.push(file);
  }
  await list.finish();
  const survey: Survey = { ...run, files };
  await store.write(containers.staging, surveyFile(key), JSON.stringify(survey));
  return conversions;
}

/** Converts one file into plain CSV in staging. Safe to repeat. Errors: those of `convertSource`. */
export async function convertFile(lakehouse: Lakehouse, key: RunKey, number: number): Promise<{ bytes: number }> {
  const { store, containers } = lakehouse;
  const file = await filesToConvert(lakehouse, key).read(number);
  if (file === undefined) throw new Error(`The run has no file ${number} to convert.`);
  const staged = await convertSource(lakehouse, key, file, await contractOfRun(lakehouse, key));
  await store.write(containers.staging, conversionFile(key, number), JSON.stringify(staged));
  return { bytes: staged.size };
}

/** The run's files as plain CSV. Called when all conversions are done. */
export async function convertedFiles(
  { store, containers }: Lakehouse,
  key: RunKey,
): Promise<{ survey: Survey; files: ReadableFile[] }> {
  const survey = await readJson<Survey>(store, containers.staging, surveyFile(key));
  const readable = async ({ conversion, ...file }: Survey['files'][number]) =>
    conversion === undefined
      ? plainFile(file)
      : convertedFile(
          file,
          await readJson<ConvertedSource>(store, containers.staging, conversionFile(key, conversion)),
        );
  return { survey, files: await mapAll(survey.files, PARALLEL_READS, readable) };
}
