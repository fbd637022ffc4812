import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Sections } from './sections';

/**
 * A segment: the points of up to 16 blocks of 1,024 slots. Each block has the rows of its dense vectors, one name after
 * another, as they are in memory, the same in 8 bits, then its parts, then its sections. A directory at the end says where they are and what
 * their checksums are; its own length and checksum are in the manifest.
 */
export const blocksPerSegment = 16;

/** A part of a segment file with its checksum. */
export interface Extent {
  readonly position: number;
  readonly length: number;
  readonly crc: number;
}

/** Where a part of a block is: its pieces, one after another. */
export interface PartEntry {
  readonly name: string;
  readonly isReadAtStart: boolean;
  readonly position: number;
  readonly pieces: readonly (readonly [length: number, crc: number])[];
}

/** Where a block of a segment is. */
export interface BlockEntry {
  readonly block: number;
  /** The last block of a collection may have less than 1,024 slots. */
  readonly rowCount: number;
  readonly dense: readonly (Extent & { readonly name: string })[];
  /** The same rows in 8 bits, of the vectors that have them. Missing in the first format. */
  readonly rounded?: readonly (Extent & { readonly name: string })[];
  /** Missing in the first format, where all parts were sections. */
  readonly parts?: readonly PartEntry[];
  readonly sections: Extent & { readonly list: Parameters<typeof Sections.unpack>[1] };
}

/** What a block contains, copied from memory. */
export interface BlockImage {
  readonly block: number;
  readonly rowCount: number;
  readonly dense: ReadonlyMap<string, Buffer>;
  readonly rounded: ReadonlyMap<string, Buffer>;
  readonly sections: Sections;
}

/** A segment file as the manifest lists it. */
export interface SegmentEntry {
  readonly segment: number;
  readonly file: string;
  /** Length and checksum of the directory, which ends the file. */
  readonly directory: Extent;
}

/** Writes all of a buffer. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<Extent> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
  return { position, length: bytes.length, crc: crc32(bytes) };
}

/** Appends blocks to a new segment file. */
export class SegmentWriter {
  private readonly entries: BlockEntry[] = [];
  private position = 0;

  constructor(private readonly file: FileHandle) {}

  private async append(bytes: Buffer): Promise<Extent> {
    const extent = await writeAll(this.file, bytes, this.position);
    this.position += bytes.length;
    return extent;
  }

  private async appendRows(vectors: ReadonlyMap<string, Buffer>): Promise<(Extent & { name: string })[]> {
    const written: (Extent & { name: string })[] = [];
    for (const [name, rows] of vectors) {
      written.push({ name, ...(await this.append(rows)) });
    }
    return written;
  }

  async add({ block, rowCount, sections, ...vectors }: BlockImage): Promise<void> {
    const dense = await this.appendRows(vectors.dense);
    const rounded = await this.appendRows(vectors.rounded);
    const parts: PartEntry[] = [];
    for (const { name, pieces, isReadAtStart } of sections.savedParts) {
      const { position } = await this.append(Buffer.concat(pieces));
      parts.push({ name, isReadAtStart, position, pieces: pieces.map((piece) => [piece.length, crc32(piece)]) });
    }
    const { bytes, list } = sections.pack();
    this.entries.push({ block, rowCount, dense, rounded, parts, sections: { ...(await this.append(bytes)), list } });
  }

  /** Writes the directory and flushes the file to disk. */
  async finish(): Promise<Extent> {
    const directory = await this.append(Buffer.from(JSON.stringify(this.entries)));
    await this.file.sync();
    return directory;
  }
}
