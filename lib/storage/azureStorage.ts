import { Readable } from 'node:stream';
import { BlobServiceClient, RestError } from '@azure/storage-blob';
import { DataLakeServiceClient } from '@azure/storage-file-datalake';
import type { TokenCredential } from '../azureIdentity';
import { PipelineError } from '../problems/problem';
import { downloadTo, StreamBroken, streamRange } from './azureDownload';
import type { ObjectInfo, ObjectStore } from './objectStore';
import { BLOCK_LENGTH, LONGEST_SINGLE_UPLOAD } from './transfers';

export type AzureStorageOptions = (
  | { connectionString: string }
  | {
      /** Blob endpoint, `https://<account>.blob.core.windows.net`. */
      accountUrl: string;
      credential: TokenCredential;
    }
) & {
  /** Before the second attempt at a request; later ones wait longer. Default 300. */
  retryDelayInMilliseconds?: number;
};

const PARALLEL_BLOCKS = 4;
/** Few retries: a step that still fails is repeated later as a whole. */
const TRIES = 3;

/**
 * The lake in a storage account. File systems are created with the Data Lake client, which uses the Blob endpoint for this
 * and so works with Azurite too. Data goes through the Blob API, which ADLS Gen2 also serves. Errors:
 * LAKE_STORAGE_UNAVAILABLE (retryable) when the service is out of reach or busy, LAKE_CONTAINER_BEING_DELETED (retryable),
 * LAKE_STORAGE_FORBIDDEN when access is denied.
 */
export function createAzureStorage(options: AzureStorageOptions): ObjectStore {
  const retryDelayInMs = options.retryDelayInMilliseconds ?? 300;
  const retryOptions = { maxTries: TRIES, retryDelayInMs, maxRetryDelayInMs: 10 * retryDelayInMs };
  const blobs =
    'connectionString' in options
      ? BlobServiceClient.fromConnectionString(options.connectionString, { retryOptions })
      : new BlobServiceClient(options.accountUrl, options.credential, { retryOptions });
  const fileSystems =
    'connectionString' in options
      ? DataLakeServiceClient.fromConnectionString(options.connectionString, { retryOptions })
      : new DataLakeServiceClient(dataLakeEndpoint(options.accountUrl), options.credential, { retryOptions });
  const containerOf = (container: string) => blobs.getContainerClient(container);
  const blobOf = (container: string, path: string) => containerOf(container).getBlockBlobClient(path);

  const infoOf = (container: string, path: string): Promise<ObjectInfo | undefined> =>
    guard(container, path, async () => {
      try {
        const properties = await blobOf(container, path).getProperties();
        return {
          path,
          size: properties.contentLength ?? 0,
          etag: properties.etag ?? '',
          lastModified: properties.lastModified ?? new Date(0),
        };
      } catch (error) {
        if (error instanceof RestError && error.statusCode === 404) return undefined;
        throw error;
      }
    });

  return {
    ensureContainer: (container) =>
      guard(
        container,
        '',
        async () => (await fileSystems.getFileSystemClient(container).createIfNotExists()).succeeded,
      ),

    async *list(container, prefix) {
      const pages = containerOf(container)
        .listBlobsFlat({ prefix, includeMetadata: true })
        .byPage({ maxPageSize: 5000 });
      for (;;) {
        const page = await guard(container, prefix, async () => {
          try {
            return await pages.next();
          } catch (error) {
            if (error instanceof RestError && error.code === 'ContainerNotFound') return undefined;
            throw error;
          }
        });
        if (page === undefined || page.done === true) return;
        for (const item of page.value.segment.blobItems) {
          // With hierarchical namespaces folders are listed as empty blobs.
          if (item.metadata?.['hdi_isfolder'] === 'true') continue;
          yield {
            path: item.name,
            size: item.properties.contentLength ?? 0,
            etag: quoted(item.properties.etag),
            lastModified: item.properties.lastModified,
          };
        }
      }
    },

    read: (container, path, range) =>
      guard(container, path, async () => {
        if (range?.length === 0) return Buffer.alloc(0);
        const chunks: Buffer[] = [];
        for await (const chunk of streamRange(blobOf(container, path), range)) chunks.push(chunk);
        return Buffer.concat(chunks);
      }),

    async *stream(container, path, range) {
      if (range.length === 0) return;
      try {
        yield* streamRange(blobOf(container, path), range);
      } catch (error) {
        throw problemOf(error, container, path);
      }
    },

    info: infoOf,

    download: (container, path, localFile, range) =>
      guard(container, path, () => downloadTo(blobOf(container, path), localFile, range)),

    write: (container, path, content) =>
      guard(container, path, async () => {
        const bytes = Buffer.from(content);
        await blobOf(container, path).upload(bytes, bytes.length);
      }),

    writeIfAbsent: (container, path, content) =>
      guard(container, path, async () => {
        const bytes = Buffer.from(content);
        try {
          await blobOf(container, path).upload(bytes, bytes.length, { conditions: { ifNoneMatch: '*' } });
          return 'written';
        } catch (error) {
          if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) {
            if (error.code === 'BlobAlreadyExists' || error.code === 'ConditionNotMet') return 'exists';
          }
          throw error;
        }
      }),

    writeStream: (container, path, blocks) =>
      guard(container, path, async () => {
        let size = 0;
        async function* counted() {
          for await (const block of blocks) {
            size += block.length;
            yield block;
          }
        }
        const source = Readable.from(counted());
        try {
          await blobOf(container, path).uploadStream(source, BLOCK_LENGTH, PARALLEL_BLOCKS);
        } finally {
          // The client stops reading after a failure, and leaves the source open.
          source.destroy();
        }
        return size;
      }),

    upload: (container, path, localFile) =>
      guard(container, path, async () => {
        await blobOf(container, path).uploadFile(localFile, {
          blockSize: BLOCK_LENGTH,
          maxSingleShotSize: LONGEST_SINGLE_UPLOAD,
          concurrency: PARALLEL_BLOCKS,
        });
      }),

    remove: (container, path) =>
      guard(container, path, async () => {
        try {
          await blobOf(container, path).delete();
        } catch (error) {
          if (!(error instanceof RestError && error.statusCode === 404)) throw error;
        }
      }),
  };
}

/** The Data Lake endpoint of a Blob endpoint; other addresses (an emulator, a custom domain) stay unchanged. */
export function dataLakeEndpoint(blobEndpoint: string): string {
  return blobEndpoint.replace(/^(https?:\/\/[^./]+)\.blob\./, '$1.dfs.');
}

/** In listings the service omits the quotes that an etag has elsewhere. */
function quoted(etag: string): string {
  return etag === '' || etag.startsWith('"') || etag.startsWith('W/') ? etag : `"${etag}"`;
}

async function guard<T>(container: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw problemOf(error, container, path);
  }
}

function problemOf(error: unknown, container: string, path: string): unknown {
  return error instanceof RestError || error instanceof StreamBroken ? storageProblem(error, container, path) : error;
}

function storageProblem(cause: RestError | StreamBroken, container: string, path: string): PipelineError {
  const where = { file: path === '' ? container : `${container}/${path}` };
  const found = `${cause.statusCode ?? cause.code ?? 'no answer'} ${cause.code ?? ''}`.trim();
  if (cause.code === 'ContainerNotFound') {
    return new PipelineError('LAKE_CONTAINER_NOT_FOUND', 'The container does not exist.', {
      where,
      found,
      expected: `a container named ${container}`,
      remedy: 'Start a run: its first step creates missing containers.',
      cause,
    });
  }
  if (cause.code === 'ContainerBeingDeleted') {
    return new PipelineError(
      'LAKE_CONTAINER_BEING_DELETED',
      'The container was deleted, and its name is not free yet.',
      {
        where,
        found,
        remedy: 'The service frees the name within minutes. Start the run again if its retries ended before that.',
        cause,
      },
    );
  }
  if (cause.statusCode === 404) {
    return new PipelineError('LAKE_OBJECT_NOT_FOUND', 'The object does not exist.', {
      where,
      found,
      cause,
    });
  }
  if (cause.statusCode === 401 || cause.statusCode === 403) {
    return new PipelineError('LAKE_STORAGE_FORBIDDEN', 'The storage account refused the request.', {
      where,
      found,
      expected: 'the role Storage Blob Data Contributor, or a valid connection string',
      remedy: "Give the app's identity the role, or correct the lake's connection string.",
      cause,
    });
  }
  return new PipelineError(
    isRefusal(cause) ? 'LAKE_STORAGE_REFUSED' : 'LAKE_STORAGE_UNAVAILABLE',
    'The storage account did not carry out the request.',
    { where, found, cause },
  );
}

function isRefusal({ statusCode, code }: RestError | StreamBroken): boolean {
  // Another writer of the same object has ended in between, which drops the blocks of this one.
  if (code === 'InvalidBlockList') return false;
  // The object was replaced while it was read.
  if (statusCode === 412) return false;
  return statusCode !== undefined && statusCode < 500 && statusCode !== 408 && statusCode !== 429;
}
