import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { FaultList, PipelineError } from '../problems/problem';
import type { DataContract } from './contract';
import { isDatasetName, requireDatasetName } from './datasetName';
import { readContract, readContractWithEngine } from './reading/readContract';
import type { ContractEngine } from './reading/contractEngine';

/** The known datasets. A contract is read on each call; a run keeps the contract that it was planned with. */
export interface ContractCatalog {
  /**
   * Throws DATASET_NAME_INVALID (400), DATASET_UNKNOWN (404), CONTRACT_FILE_UNREADABLE, or CONTRACT_INVALID (every fault of
   * that file, or two files for one dataset). Faults in contracts of other datasets do not matter.
   */
  get(dataset: string): Promise<DataContract>;
  /**
   * Reads an earlier text of the dataset's contract. Errors: CONTRACT_INVALID, also when the text is valid no more under the
   * rules of this version of the app.
   */
  read(dataset: string, text: string): Promise<DataContract>;
  /** Dataset names in order, one per contract file. An absent folder: CONTRACTS_FOLDER_NOT_FOUND. */
  names(): Promise<string[]>;
}

/** Where the contract files are, one `<dataset>.yaml` each. */
export interface ContractFiles {
  /** All file names. Errors: CONTRACTS_FOLDER_NOT_FOUND, and those of the storage. */
  names(): Promise<string[]>;
  /** The text of a file that `names` has returned. */
  read(file: string): Promise<string>;
}

const ENDINGS = ['.yaml', '.yml'];

/** Reads `<folder>/<dataset>.yaml`. Without `engine`, what only it knows is not checked (see `readContract`). */
export function contractFolder(folder: string, engine?: ContractEngine): ContractCatalog {
  return contractCatalog(
    {
      async names() {
        try {
          return await readdir(folder);
        } catch (cause) {
          throw new PipelineError('CONTRACTS_FOLDER_NOT_FOUND', 'The folder with the data contracts cannot be read.', {
            found: folder,
            expected: 'a folder with one YAML file per dataset',
            remedy: 'Correct the setting that names the contracts folder.',
            cause,
          });
        }
      },
      read: (file) => readContractFile(folder, file),
    },
    engine,
  );
}

/** A pipe would keep the reader waiting, so that only files are opened. */
async function readContractFile(folder: string, file: string): Promise<string> {
  const whole = path.join(folder, file);
  try {
    if ((await stat(whole)).isFile()) return await readFile(whole, 'utf8');
  } catch (cause) {
    throw unreadable(file, String((cause as NodeJS.ErrnoException).code), cause);
  }
  throw unreadable(file, 'a folder, or something else that is not a file');
}

function unreadable(file: string, found: string, cause?: unknown): PipelineError {
  return new PipelineError('CONTRACT_FILE_UNREADABLE', 'The file of the data contract cannot be read.', {
    found,
    expected: 'a YAML file',
    where: { file },
    remedy: 'Correct the file or its rights, or remove it.',
    cause,
  });
}

/** The contracts in the files. Without `engine`, what only it knows is not checked (see `readContract`). */
export function contractCatalog(source: ContractFiles, engine?: ContractEngine): ContractCatalog {
  /** By dataset, in order. More than one file for a dataset is a fault: nobody could see which one counts. */
  const files = async (): Promise<Map<string, string[]>> => {
    const found = new Map<string, string[]>();
    for (const file of (await source.names()).sort()) {
      const { name, ext } = path.parse(file);
      if (ENDINGS.includes(ext) && isDatasetName(name)) found.set(name, [...(found.get(name) ?? []), file]);
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const read = async (dataset: string, text: string, file: string): Promise<DataContract> => {
    const contract =
      engine === undefined ? readContract(text, file) : (await readContractWithEngine(text, file, engine)).contract;
    if (contract.dataset !== dataset) {
      throw new FaultList('CONTRACT_INVALID', `The data contract ${file} has 1 fault(s).`, [
        {
          code: 'CONTRACT_FIELD_INVALID',
          message: 'The table name differs from the file name.',
          found: contract.dataset,
          expected: dataset,
          where: { file, field: 'schema[0].name' },
        },
      ]);
    }
    return { ...contract, origin: { hash: createHash('sha256').update(text).digest('hex'), text } };
  };
  return {
    async names() {
      return [...(await files()).keys()];
    },
    async get(dataset) {
      requireDatasetName(dataset);
      const known = await files();
      const [file, other] = known.get(dataset) ?? [];
      if (file === undefined) {
        throw new PipelineError('DATASET_UNKNOWN', 'There is no contract for this dataset.', {
          found: dataset,
          expected: known.size > 0 ? [...known.keys()].join(', ') : 'a contract file; the folder has none',
          where: { field: 'dataset' },
          remedy: `Use a known dataset, or add ${dataset}.yaml to the contracts.`,
        });
      }
      if (other !== undefined) throw ambiguous(dataset, [file, other]);
      return read(dataset, await source.read(file), file);
    },
    read: (dataset, text) => read(requireDatasetName(dataset), text, `${dataset}.yaml`),
  };
}

function ambiguous(dataset: string, files: string[]): FaultList {
  return new FaultList('CONTRACT_INVALID', `The dataset ${dataset} has ${files.length} data contracts.`, [
    {
      code: 'CONTRACT_AMBIGUOUS',
      message: 'Two files are the contract of one dataset.',
      found: files.join(', '),
      expected: 'one file',
      where: { file: files[1] },
    },
  ]);
}
