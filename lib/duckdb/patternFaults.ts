import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { literal, type DuckDb } from './duckdb';
import type { DuckDbEngines } from './engines';

/** What is wrong with each pattern, in the order of the patterns; undefined where the engine can match with it. */
export type PatternFaults = (patterns: readonly string[]) => Promise<(string | undefined)[]>;

/**
 * Lets the engine compile each pattern as it would in a run: how much memory a compiled pattern needs, and so whether it is
 * too large, only the engine knows. Results are cached, since contracts are read again at each step.
 */
export function createPatternFaults(engines: DuckDbEngines, temporaryDirectory: string): PatternFaults {
  const known = new Map<string, string | undefined>();
  return async (patterns) => {
    const unknown = patterns.filter((pattern) => !known.has(pattern));
    if (unknown.length > 0) {
      await engines.use(path.join(temporaryDirectory, randomUUID()), async (duckDb) => {
        for (const pattern of unknown) known.set(pattern, await faultOf(duckDb, pattern));
      });
    }
    return patterns.map((pattern) => known.get(pattern));
  };
}

async function faultOf(duckDb: DuckDb, pattern: string): Promise<string | undefined> {
  try {
    await duckDb.rows(`SELECT regexp_full_match('', ${literal(pattern)})`);
    return undefined;
  } catch (error) {
    const [, refused] = /Invalid Input Error: (.*)/.exec(String(error)) ?? [];
    if (refused === undefined) throw error;
    return `The engine cannot match with the pattern: ${refused}.`;
  }
}
