import { existsSync } from 'node:fs';
import { openEngine, type DuckDb, type DuckDbEngine, type DuckDbSettings } from './duckdb';

/**
 * Engines that are kept open between pieces of work, as many as were ever used at once: opening and closing one, and getting its
 * memory anew, is a twelfth of the processor time of a range.
 */
export interface DuckDbEngines {
  /** Lends an engine of which nobody else has a connection. Spill files go to `temporaryDirectory`, made when it is needed. */
  use<T>(temporaryDirectory: string, work: (duckDb: DuckDb) => Promise<T>): Promise<T>;
  /** Closes those that nobody uses; the others close when their work is done. */
  close(): void;
}

export function createEngines(settings: DuckDbSettings): DuckDbEngines {
  const idle: DuckDbEngine[] = [];
  let isClosed = false;
  return {
    async use(temporaryDirectory, work) {
      const engine = idle.pop() ?? (await openEngine(settings));
      let isSound = false;
      try {
        const duckDb = await engine.connect(temporaryDirectory);
        try {
          const result = await work(duckDb);
          // One that has spilled stays with its folder, which is about to go; one that has failed may have lost its balance.
          isSound = !existsSync(temporaryDirectory);
          return result;
        } finally {
          duckDb.close();
        }
      } finally {
        if (isSound && !isClosed) idle.push(engine);
        else engine.close();
      }
    },
    close() {
      isClosed = true;
      for (const engine of idle.splice(0)) engine.close();
    },
  };
}
