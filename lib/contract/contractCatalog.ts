import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FaultList, PipelineError } from '../problems/problem';
import type { DataContract } from './contract';
import { isDatasetName, requireDatasetName } from './datasetName';
import { readContract, readContractWithEngine } from './reading/readContract';
import type { ContractEngine } from './reading/contractEngine';

/** The known datasets. A contract is read on each call; a run keeps the contract that it was planned with. */
export interface ContractCatalog {
  /**
   * Throws DATASET_NAME_INVALID (400), DATASET_UNKNOWN (404) or CONTRACT_INVALID (every fault of that file). Faults in
   * contracts of other datasets do not matter.
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
      read: (file) => readFile(path.join(folder, file), 'utf8'),
    },
    engine,
  );
}

/** The contracts in the files. Without `engine`, what only it knows is not checked (see `readContract`). */
export function contractCatalog(source: ContractFiles, engine?: ContractEngine): ContractCatalog {
  const files = async (): Promise<Map<string, string>> =>
    new Map(
      (await source.names())
        .map((file) => [path.parse(file).name, file] as const)
        .filter(([name, file]) => ENDINGS.includes(path.extname(file)) && isDatasetName(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
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
      const file = known.get(dataset);
      if (file === undefined) {
        throw new PipelineError('DATASET_UNKNOWN', 'There is no contract for this dataset.', {
          found: dataset,
          expected: known.size > 0 ? [...known.keys()].join(', ') : 'a contract file; the folder has none',
          where: { field: 'dataset' },
          remedy: `Use a known dataset, or add ${dataset}.yaml to the contracts.`,
        });
      }
      return read(dataset, await source.read(file), file);
    },
    read: (dataset, text) => read(requireDatasetName(dataset), text, `${dataset}.yaml`),
  };
}
