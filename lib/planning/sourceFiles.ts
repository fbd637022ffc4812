import type { DataContract } from '../contract/contract';
import { PipelineError } from '../problems/problem';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { ObjectInfo } from '../storage/objectStore';
import { rawFolder } from '../lakehouse/paths';
import type { RunKey } from '../runs/runKey';
import { fileNameTest } from '../contract/fileNames';

/** The files of raw/<dataset>/<date>/ whose names the contract expects. None: RAW_FOLDER_NOT_FOUND, RAW_NO_MATCHING_FILE. */
export async function listSourceFiles(
  lakehouse: Lakehouse,
  contract: DataContract,
  key: RunKey,
): Promise<ObjectInfo[]> {
  const folder = rawFolder(key.dataset, key.date);
  const matches = fileNameTest(contract.source.glob);
  const files: ObjectInfo[] = [];
  const others: string[] = [];
  for await (const info of lakehouse.store.list(lakehouse.containers.raw, folder)) {
    const name = info.path.slice(folder.length);
    if (matches(name)) files.push(info);
    else others.push(name);
  }
  const file = `${lakehouse.containers.raw}/${folder}`;
  if (files.length === 0 && others.length === 0) {
    throw new PipelineError('RAW_FOLDER_NOT_FOUND', 'The dataset has no files for this date.', {
      found: 'no such folder, or an empty one',
      expected: `files named ${contract.source.glob}`,
      where: { file },
      remedy: 'Drop the files there, or run another date.',
    });
  }
  if (files.length === 0) {
    throw new PipelineError('RAW_NO_MATCHING_FILE', 'No file in the folder has a name that the contract expects.', {
      found: others.slice(0, 10).join(', '),
      expected: contract.source.glob,
      where: { file },
      remedy: 'Rename the files, or set `glob` in the contract.',
    });
  }
  return files;
}
