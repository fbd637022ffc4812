import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { JsonObject } from '../json/jsonValue';
import { replaceFile } from './durableFile';

/** Replaces a JSON file atomically, with a checksum of its content. */
export function replaceCheckedFile(path: string, content: JsonObject): void {
  replaceFile(path, JSON.stringify({ crc: crc32(JSON.stringify(content)), content }, null, 2));
}

/**
 * The content of a JSON file. A file of an earlier version is the content itself, without a checksum.
 *
 * @throws Error that names the file when it is damaged
 */
export function readCheckedFile(path: string): JsonObject {
  const damaged = (reason: string, cause?: unknown): Error =>
    new Error(
      `${path} is damaged: ${reason}. Nothing was changed. Restore the file, or delete the data folder and load the collections again.`,
      { cause },
    );
  let saved: JsonObject;
  try {
    saved = JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
  } catch (error) {
    throw damaged('it is not JSON', error);
  }
  const { crc, content } = saved;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    if (crc === undefined || typeof crc === 'string') {
      return saved;
    }
    throw damaged('its content is missing');
  }
  if (crc !== crc32(JSON.stringify(content))) {
    throw damaged('it does not match its checksum');
  }
  return content;
}
