/**
 * Divides something that this process uses (time, processor time) among the pieces of work that run side by side: each
 * moment is shared equally by the work that is open then. The shares of all work add up to what the process used while it
 * had work.
 */
export class SharedTime {
  private open = 0;
  private lastReading = 0;
  /** What a piece of work that is open since the beginning would have. */
  private perShare = 0;

  /** @param read a counter that only grows */
  constructor(private readonly read: () => number) {}

  /** Begins a piece of work. Returns a function for its share so far, and one that ends it and returns its share. */
  begin(): { soFar: () => number; end: () => number } {
    this.advance();
    this.open += 1;
    const start = this.perShare;
    let ended: number | undefined;
    const soFar = (): number => {
      if (ended !== undefined) return ended;
      this.advance();
      return this.perShare - start;
    };
    return {
      soFar,
      end: () => {
        if (ended !== undefined) return ended;
        ended = soFar();
        this.open -= 1;
        return ended;
      },
    };
  }

  private advance(): void {
    const reading = this.read();
    if (this.open > 0) this.perShare += (reading - this.lastReading) / this.open;
    this.lastReading = reading;
  }
}
