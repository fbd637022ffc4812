import type { DataContract } from '../contract/contract';
import { PipelineError } from '../problems/problem';
import type { Lakehouse } from './lakehouse';
import { contractVersionFile, contractVersionsFolder } from './paths';

type Storage = Pick<Lakehouse, 'store' | 'containers'>;

/**
 * The texts of the contracts that partitions were read with, beside the log of their table, each under its hash: readers and
 * vacuum ignore folders that begin with an underscore. A text is never changed or deleted.
 */
export async function keepContractText(
  { store, containers }: Storage,
  dataset: string,
  { hash, text }: { hash: string; text: string },
): Promise<void> {
  await store.writeIfAbsent(containers.processed, contractVersionFile(dataset, hash), text);
}

/** CONTRACT_VERSION_UNKNOWN (404) when no partition was read with it. */
export async function readContractText({ store, containers }: Storage, dataset: string, hash: string): Promise<string> {
  try {
    return (await store.read(containers.processed, contractVersionFile(dataset, hash))).toString('utf8');
  } catch (error) {
    if (!(error instanceof PipelineError && error.code === 'LAKE_OBJECT_NOT_FOUND')) throw error;
    throw new PipelineError(
      'CONTRACT_VERSION_UNKNOWN',
      'The text of this version of the contract is not in the lake.',
      {
        found: hash,
        expected: 'the hash of a contract that a partition was read with',
        where: { field: 'contractVersion' },
        remedy: 'Run the date with the current contract.',
        cause: error,
      },
    );
  }
}

/** A text that is kept. */
export interface KeptContract extends ContractVersion {
  text: string;
  /** When a run first committed with it. */
  keptAt: Date;
}

/** The texts that are kept, by hash. They need not be valid under the rules of today. */
export async function keptVersions({ store, containers }: Storage, dataset: string): Promise<KeptContract[]> {
  const folder = contractVersionsFolder(dataset);
  const found: { hash: string; keptAt: Date }[] = [];
  for await (const { path, lastModified } of store.list(containers.processed, folder)) {
    found.push({ hash: path.slice(folder.length).replace(/\.yaml$/, ''), keptAt: lastModified });
  }
  return Promise.all(
    found.map(async ({ hash, keptAt }) => {
      const text = await readContractText({ store, containers }, dataset, hash);
      return { hash, keptAt, text, version: versionOf(text) };
    }),
  );
}

function versionOf(text: string): string {
  const [, version = ''] = /^version:\s*(.*?)\s*(?:#.*)?$/m.exec(text) ?? [];
  return version.replace(/^(["'])(.*)\1$/, '$2');
}

/** Version and content hash of a contract. */
export interface ContractVersion {
  version: string;
  /** SHA-256 of its text, hexadecimal. */
  hash: string;
}

/** A file of the table, as in its log. */
interface Tagged {
  tags?: Record<string, string | null>;
}

const VERSION = 'pipelinex.contractVersion';
const HASH = 'pipelinex.contractHash';

/** Undefined for a contract that was not read from a file. */
export function contractVersionOf({ version, origin }: DataContract): ContractVersion | undefined {
  return origin && { version, hash: origin.hash };
}

/** Tags are kept in checkpoints too, unlike the information about a commit. */
export function withContractTags<File extends Tagged>(file: File, contract: ContractVersion | undefined): File {
  if (contract === undefined) return file;
  return { ...file, tags: { ...file.tags, [VERSION]: contract.version, [HASH]: contract.hash } };
}

/** The contract that the files of a partition were read with; undefined when they do not say. */
export function contractOfPartition(files: readonly Tagged[]): ContractVersion | undefined {
  for (const { tags } of files) {
    const [version, hash] = [tags?.[VERSION], tags?.[HASH]];
    if (typeof version === 'string' && typeof hash === 'string') return { version, hash };
  }
  return undefined;
}
