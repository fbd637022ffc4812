/** Bytes below which a second connection costs more than it brings. */
export const SHORTEST_PART_LENGTH = 8 * 1024 * 1024;
export const CONNECTIONS = 4;

/** Bytes. Longer files are uploaded in blocks, in parallel; shorter ones in one request. */
export const LONGEST_SINGLE_UPLOAD = 256 * 1024 * 1024;
export const BLOCK_LENGTH = 8 * 1024 * 1024;

/** Connections, and with them requests, of a download of so many bytes. None for an empty range. */
export function connectionsFor(length: number, most = CONNECTIONS): number {
  return Math.min(most, Math.ceil(length / SHORTEST_PART_LENGTH));
}

/** Requests of an upload of a file of so many bytes: its blocks, and one that joins them. */
export function requestsOfUpload(length: number): number {
  return length <= LONGEST_SINGLE_UPLOAD ? 1 : Math.ceil(length / BLOCK_LENGTH) + 1;
}

/** Requests of a streamed write of so many bytes: its blocks, and one that joins them. */
export function requestsOfStream(length: number): number {
  return Math.ceil(length / BLOCK_LENGTH) + 1;
}
