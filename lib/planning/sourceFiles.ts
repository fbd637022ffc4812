import type { DataContract, SourceOptions } from '../contract/contract';
import { fileNameTest, globsOf } from '../contract/fileNames';
import { PipelineError } from '../problems/problem';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { ObjectInfo } from '../storage/objectStore';
import { rawFolder } from '../lakehouse/paths';
import { MOST_LISTED_FILES, type IgnoredFiles, type IgnoredReason } from '../runs/ignoredFiles';
import type { RunKey } from '../runs/runKey';

/** Every object under raw/<dataset>/<date>/: those that the run uses, and those that it ignores. */
export interface SourceFiles {
  files: ObjectInfo[];
  ignored: IgnoredFiles;
}

/** Lists the files of raw/<dataset>/<date>/. The contract decides by their names which of them the run uses. */
export async function listSourceFiles(lakehouse: Lakehouse, contract: DataContract, key: RunKey): Promise<SourceFiles> {
  const folder = rawFolder(key.dataset, key.date);
  const reasonOf = ignoredReasons(contract.source);
  const files: ObjectInfo[] = [];
  const ignored: IgnoredFiles = { count: 0, files: [] };
  for await (const info of lakehouse.store.list(lakehouse.containers.raw, folder)) {
    const name = info.path.slice(folder.length);
    const reason = reasonOf(name);
    if (reason === undefined) {
      files.push(info);
      continue;
    }
    ignored.count += 1;
    if (ignored.files.length < MOST_LISTED_FILES) ignored.files.push({ name, size: info.size, reason });
  }
  return { files, ignored };
}

/** Throws RAW_FOLDER_NOT_FOUND or RAW_NO_MATCHING_FILE when the run has no file to use. */
export function requireFiles(
  { files, ignored }: SourceFiles,
  { containers }: Pick<Lakehouse, 'containers'>,
  contract: DataContract,
  key: RunKey,
): void {
  if (files.length > 0) return;
  const file = `${containers.raw}/${rawFolder(key.dataset, key.date)}`;
  const expected = globsOf(contract.source).join(' or ');
  if (ignored.count === 0) {
    throw new PipelineError('RAW_FOLDER_NOT_FOUND', 'The dataset has no files for this date.', {
      found: 'no such folder, or an empty one',
      expected: `files named ${expected}`,
      where: { file },
      remedy: 'Drop the files there, or run another date.',
    });
  }
  throw new PipelineError('RAW_NO_MATCHING_FILE', 'No file in the folder has a name that the contract expects.', {
    found: ignored.files
      .slice(0, 10)
      .map(({ name }) => name)
      .join(', '),
    expected,
    where: { file },
    remedy: ignored.files.some(({ reason }) => reason === 'case')
      ? 'Rename the files, or set `globIgnoresCase` in the contract: some names differ only in case.'
      : 'Rename the files, or set `glob` in the contract.',
  });
}

/**
 * Returns a function that says why a file is ignored; undefined for a file that the run uses. `name` is the path in the
 * folder of the date. Where compression is found by the file itself (`auto`), a pattern also matches names with `.gz` added.
 */
function ignoredReasons(
  source: Pick<SourceOptions, 'glob' | 'globIgnoresCase' | 'compression'>,
): (name: string) => IgnoredReason | undefined {
  const { compression } = source;
  const isSuitable = namesThatMatch(source, source.globIgnoresCase === true, compression === 'auto');
  const isSuitableInAnyCase = namesThatMatch(source, true, compression === 'auto');
  const isSuitableCompressed = namesThatMatch(source, source.globIgnoresCase === true, true);
  return (name) => {
    if (isSuitable(name)) return undefined;
    if (name.includes('/')) return 'folder';
    if (isSuitableInAnyCase(name)) return 'case';
    return isSuitableCompressed(name) ? 'compression' : 'name';
  };
}

function namesThatMatch(
  source: Pick<SourceOptions, 'glob'>,
  ignoresCase: boolean,
  allowsGzip: boolean,
): (name: string) => boolean {
  const tests = globsOf(source).map((glob) => fileNameTest(glob, ignoresCase));
  const ending = ignoresCase ? /\.gz$/i : /\.gz$/;
  return (name) =>
    tests.some((test) => test(name) || (allowsGzip && ending.test(name) && test(name.replace(ending, ''))));
}
