import type { FileHandle } from 'node:fs/promises';

/** Bytes gathered before a write: chunks have 64 KB, and each write costs a round trip to another thread. */
const WRITE_LENGTH = 1024 * 1024;

/** Writes chunks one after another into a file, from a position on. Memory: about 1 MB. */
export class GatheredWriter {
  private gathered: Buffer[] = [];
  private length = 0;

  constructor(
    private readonly file: FileHandle,
    private position: number,
  ) {}

  /** Resolves when there is room for more. */
  async write(chunk: Buffer): Promise<void> {
    this.gathered.push(chunk);
    this.length += chunk.length;
    if (this.length >= WRITE_LENGTH) await this.flush();
  }

  /** Writes what has been gathered. */
  async flush(): Promise<void> {
    if (this.length === 0) return;
    const { gathered, length } = this;
    this.gathered = [];
    this.length = 0;
    const { bytesWritten } = await this.file.writev(gathered, this.position);
    if (bytesWritten !== length) throw new Error(`The local disk took only ${bytesWritten} of ${length} bytes.`);
    this.position += length;
  }
}
