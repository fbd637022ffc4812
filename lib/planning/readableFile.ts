import type { ConvertedSource } from '../conversion/convertSource';
import type { Lakehouse } from '../lakehouse/lakehouse';
import type { ObjectInfo } from '../storage/objectStore';
import type { PlannedFile } from './plan';

/** A file as planning reads it. */
export interface FileToSplit {
  /** Names the file in problems. */
  path: string;
  /** Bytes. */
  size: number;
  /** In order, in chunks of any length. */
  stream(offset: number, length: number): AsyncIterable<Buffer>;
}

/** A file of the run as plain CSV: the file itself, or the file into which it was converted. */
export interface ReadableFile extends Pick<PlannedFile, 'path' | 'etag' | 'staged'> {
  /** Bytes of the CSV. */
  size: number;
}

export function plainFile({ path, etag, size }: Pick<ObjectInfo, 'path' | 'etag' | 'size'>): ReadableFile {
  return { path, etag, size };
}

export function convertedFile(file: Pick<ObjectInfo, 'path' | 'etag'>, staged: ConvertedSource): ReadableFile {
  return { path: file.path, etag: file.etag, size: staged.size, staged: staged.path };
}

/** Where the bytes of a file are. */
export function locationOf(
  { containers }: Pick<Lakehouse, 'containers'>,
  file: Pick<PlannedFile, 'path' | 'staged'>,
): { container: string; path: string } {
  return file.staged === undefined
    ? { container: containers.raw, path: file.path }
    : { container: containers.staging, path: file.staged };
}

/** Identifies exactly these bytes: a replaced file has another etag. */
export function sourceOf(
  lakehouse: Pick<Lakehouse, 'containers'>,
  file: Pick<PlannedFile, 'path' | 'etag' | 'staged'>,
): string {
  const { container, path } = locationOf(lakehouse, file);
  return `${container}/${path} ${file.etag}`;
}

export interface OpenedFile extends FileToSplit {
  read(offset: number, length: number): Promise<Buffer>;
}

export function openFile(lakehouse: Lakehouse, file: ReadableFile): OpenedFile {
  const { container, path } = locationOf(lakehouse, file);
  return {
    path: file.path,
    size: file.size,
    read: (offset, length) => lakehouse.store.read(container, path, { offset, length }),
    stream: (offset, length) => lakehouse.store.stream(container, path, { offset, length }),
  };
}
