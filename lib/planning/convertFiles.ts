import type { DataContract } from '../contract/contract';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { ObjectInfo } from '../storage/objectStore';
import { readJson } from '../staging/readJson';
import { conversionFile, conversionShardFile, surveyFile } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { convertSource, type ConvertedSource } from '../conversion/convertSource';
import { mapAll } from '../concurrency/mapInOrder';
import { RANGES_PER_SHARD, rangeOfPart } from './plan';
import { convertedFile, plainFile, type ReadableFile } from './readableFile';

type ListedFile = Pick<ObjectInfo, 'path' | 'size' | 'etag'>;

/** `survey.json` in staging: a run some of whose files are converted before they can be planned on. */
export interface Survey {
  contract: DataContract;
  tableVersion: number;
  /** Bytes of the files as they were dropped. */
  bytes: number;
  /** In the run's order; `conversion` numbers those to convert. */
  files: (ListedFile & { conversion?: number })[];
}

/** `convert-<shard>.json` in staging. */
interface ConversionShard {
  contract: DataContract;
  files: ListedFile[];
}

const PARALLEL_READS = 32;

/** Lists in staging what there is to convert. Returns the number of files. */
export async function listConversions(
  { store, containers }: Lakehouse,
  key: RunKey,
  run: Omit<Survey, 'files'>,
  infos: readonly ListedFile[],
  toConvert: (file: ListedFile) => boolean,
): Promise<number> {
  const conversions: ListedFile[] = [];
  const files = infos.map(({ path, size, etag }) => {
    const file = { path, size, etag };
    return toConvert(file) ? { ...file, conversion: conversions.push(file) - 1 } : file;
  });
  for (let first = 0; first < conversions.length; first += RANGES_PER_SHARD) {
    const shard: ConversionShard = {
      contract: run.contract,
      files: conversions.slice(first, first + RANGES_PER_SHARD),
    };
    const path = conversionShardFile(key, first / RANGES_PER_SHARD);
    await store.write(containers.staging, path, JSON.stringify(shard));
  }
  const survey: Survey = { ...run, files };
  await store.write(containers.staging, surveyFile(key), JSON.stringify(survey));
  return conversions.length;
}

/** Converts one file into plain CSV in staging. Repeated, it does the same again. Errors: those of `convertSource`. */
export async function convertFile(lakehouse: Lakehouse, key: RunKey, number: number): Promise<{ bytes: number }> {
  const { store, containers } = lakehouse;
  const { shard, index } = rangeOfPart(number);
  const path = conversionShardFile(key, shard);
  const { contract, files } = await readJson<ConversionShard>(store, containers.staging, path);
  const file = files[index];
  if (file === undefined) throw new Error(`The run has no file ${number} to convert.`);
  const staged = await convertSource(lakehouse, key, file, contract);
  await store.write(containers.staging, conversionFile(key, number), JSON.stringify(staged));
  return { bytes: staged.size };
}

/** The run's files as plain CSV, when all conversions are done. */
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
