import { existsSync } from 'node:fs';
import { openEngine, type DuckDb, type DuckDbEngine, type DuckDbSettings } from './duckdb';

/**
 * A pool of engines that stay open between tasks; it has as many as were ever used at once. Opening and closing an engine,
 * and allocating its memory again, takes a twelfth of the processor time of a range.
 */
export interface DuckDbEngines {
  /** Calls `work` with an engine that nobody else uses. Spill files go to `temporaryDirectory`, created when needed. */
  use<T>(temporaryDirectory: string, work: (duckDb: DuckDb) => Promise<T>): Promise<T>;
  /** Closes idle engines; the others close when their work is done. */
  close(): void;
}

export function createEngines(settings: DuckDbSettings): DuckDbEngines {
  const idle: DuckDbEngine[] = [];
  let isClosed = false;
  return {
    async use(temporaryDirectory, work) {
      const engine = idle.pop() ?? (await openEngine(settings));
      let isReusable = false;
      try {
        const duckDb = await engine.connect(temporaryDirectory);
        try {
          const result = await work(duckDb);
          // An engine that has spilled is bound to its folder, which is deleted soon; one that has failed may be broken.
          isReusable = !existsSync(temporaryDirectory);
          return result;
        } finally {
          duckDb.close();
        }
      } finally {
        if (isReusable && !isClosed) idle.push(engine);
        else engine.close();
      }
    },
    close() {
      isClosed = true;
      for (const engine of idle.splice(0)) engine.close();
    },
  };
}
