/**
 * The lake's storage in domain words: containers of objects named by path. Implemented on the Blob API, which ADLS Gen2
 * also serves, so the same code runs against Azurite and Azure.
 */
export interface ObjectStore {
  /** Creates the container when absent. Returns true when it was created now. */
  ensureContainer(container: string): Promise<boolean>;
  /** Objects under the prefix in lexical order. An absent container or prefix yields nothing. */
  list(container: string, prefix: string): AsyncIterable<ObjectInfo>;
  /** The whole object, or `length` bytes from `offset`. Absent: PipelineError LAKE_OBJECT_NOT_FOUND, not retryable. */
  read(container: string, path: string, range?: ByteRange): Promise<Buffer>;
  /**
   * Streams a range in order, over one connection that is opened again when it breaks. Errors as `read`, and
   * LAKE_STORAGE_UNAVAILABLE (retryable) when it keeps breaking. Read to the end or call `return()` to free the connection.
   */
  stream(container: string, path: string, range: ByteRange): AsyncGenerator<Buffer, void>;
  /** Undefined when absent. */
  info(container: string, path: string): Promise<ObjectInfo | undefined>;
  /** Streams the object (or range) into a local file, over several connections when that is faster. */
  download(container: string, path: string, localFile: string, range?: ByteRange): Promise<void>;
  /** Replaces the object. */
  write(container: string, path: string, content: Buffer | string): Promise<void>;
  /** Put-if-absent, atomic between writers: 'exists' when the object was already there (nothing is changed then). */
  writeIfAbsent(container: string, path: string, content: Buffer | string): Promise<'written' | 'exists'>;
  /**
   * Replaces the object with the blocks when the last one is there; returns their bytes. Until then, and when `blocks` throws,
   * the object stays as it was. Memory: about 32 MB, whatever the length. An error of `blocks` is thrown as it is.
   */
  writeStream(container: string, path: string, blocks: AsyncIterable<Buffer>): Promise<number>;
  /** Replaces the object with the file's content, streamed. */
  upload(container: string, path: string, localFile: string): Promise<void>;
  /** Deletes the object; an absent object is not an error. */
  remove(container: string, path: string): Promise<void>;
}

export interface ObjectInfo {
  path: string;
  /** Bytes. */
  size: number;
  etag: string;
  lastModified: Date;
}

export interface ByteRange {
  /** First byte, from 0. */
  offset: number;
  /** Bytes. */
  length: number;
}

/** Container (file system) names, by role. */
export interface LakeContainers {
  raw: string;
  processed: string;
  quarantine: string;
  /** Plans and part manifests of runs under way. */
  staging: string;
}
