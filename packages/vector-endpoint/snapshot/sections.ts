/** Sections begin at multiples of this, so that they can be read as numbers of any size. */
const alignment = 8;

interface Section {
  readonly name: string;
  /** Position in the bytes of all sections. */
  readonly start: number;
  readonly length: number;
}

/**
 * Bytes that are too many to be copied, and perhaps too many to be read before they are needed, in pieces. A piece begins
 * at a multiple of 8 bytes of its memory. Reading it throws when the file was damaged after the start.
 */
export type Part = readonly (() => Buffer)[];

/** A part as it is saved. */
interface SavedPart {
  readonly name: string;
  /** What is read together; at least one. */
  readonly pieces: readonly Buffer[];
  /** Whether every search needs it. Another part is only checked at the start, and read when it is needed. */
  readonly isReadAtStart: boolean;
}

/**
 * What the stores of a collection save of a range of slots: named sections of one run of bytes, which are copied into
 * columns when they are read, and named parts, which are used as they are.
 */
export class Sections {
  private readonly saved: { name: string; bytes: Buffer }[] = [];
  readonly savedParts: SavedPart[] = [];

  private constructor(
    private readonly buffer: Buffer,
    private readonly found: ReadonlyMap<string, Section>,
    private readonly parts: ReadonlyMap<string, Part>,
  ) {}

  static empty(): Sections {
    return new Sections(Buffer.alloc(0), new Map(), new Map());
  }

  /**
   * @param buffer as `pack` gave it; it begins at the start of its memory
   */
  static unpack(buffer: Buffer, list: readonly Section[], parts: ReadonlyMap<string, Part>): Sections {
    return new Sections(buffer, new Map(list.map((section) => [section.name, section])), parts);
  }

  set(name: string, bytes: Buffer): void {
    this.saved.push({ name, bytes });
  }

  setPart(part: SavedPart): void {
    this.savedParts.push(part);
  }

  /** All sections that were set, one after another, and where each is. */
  pack(): { bytes: Buffer; list: Section[] } {
    let length = 0;
    const list = this.saved.map(({ name, bytes }) => {
      const section = { name, start: length, length: bytes.length };
      length += Math.ceil(bytes.length / alignment) * alignment;
      return section;
    });
    const packed = Buffer.alloc(length);
    this.saved.forEach(({ bytes }, index) => packed.set(bytes, list[index]?.start ?? 0));
    return { bytes: packed, list };
  }

  has(name: string): boolean {
    return this.found.has(name);
  }

  /** A part; in the first format it is a section. */
  part(name: string): Part {
    const part = this.parts.get(name);
    if (part !== undefined) {
      return part;
    }
    const { buffer, start, length } = this.get(name);
    return [() => buffer.subarray(start, start + length)];
  }

  hasPart(name: string): boolean {
    return this.parts.has(name);
  }

  /** Where a section is. Throws when it is missing or ends behind the bytes. */
  private get(name: string): { buffer: Buffer; start: number; length: number } {
    const section = this.found.get(name);
    if (section === undefined || section.start + section.length > this.buffer.length) {
      throw new Error(`section ${name} is missing`);
    }
    return { buffer: this.buffer, start: section.start, length: section.length };
  }

  /** Position in memory of a section of numbers. They are not copied: they are valid until the next block is read. */
  private placeOf(name: string, size: number): [memory: ArrayBufferLike, position: number] {
    const { buffer, start, length } = this.get(name);
    if (length !== size) {
      throw new Error(`section ${name} has ${length} bytes instead of ${size}`);
    }
    return [buffer.buffer, buffer.byteOffset + start];
  }

  bytes(name: string, count: number): Uint8Array {
    return new Uint8Array(...this.placeOf(name, count), count);
  }

  unsigned(name: string, count: number): Uint32Array {
    return new Uint32Array(...this.placeOf(name, count * 4), count);
  }

  floats32(name: string, count: number): Float32Array {
    return new Float32Array(...this.placeOf(name, count * 4), count);
  }

  floats64(name: string, count: number): Float64Array {
    return new Float64Array(...this.placeOf(name, count * 8), count);
  }

  json(name: string): unknown {
    const { buffer, start, length } = this.get(name);
    return JSON.parse(buffer.toString('utf8', start, start + length));
  }
}
