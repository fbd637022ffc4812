import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { PipelineError, type Problem } from '../problems/problem';
import type { QueryProcessSettings, QueryReply } from './queryProcess';
import { lateRule, type RuleName, type RuleTimeLimit } from './ruleTimeLimit';

/** The fault of a query that the engine refused. */
export class QueryFault extends Error {}

/** Runs queries of rules in a process of their own, so that their time and memory have bounds that hold. */
export interface LimitedQueries {
  /**
   * The single value of a query, as text. Errors: QueryFault when the engine refuses it, QUALITY_RULE_TIMEOUT,
   * DUCKDB_OUT_OF_MEMORY when the process takes more than the engine's limit and a margin, DISK_FULL; the reason of
   * `limit.cancelled`.
   */
  value(rule: RuleName, sql: string): Promise<string | null>;
  close(): void;
}

export interface LimitedQueriesOptions extends QueryProcessSettings {
  limit: RuleTimeLimit;
  /** Main of the process as JavaScript. Default: the compiled `queryProcess.js` beside this file. */
  processFile?: string;
}

/** The process starts with the first query, and again after it was ended. */
export function limitedQueries({ limit, processFile, ...settings }: LimitedQueriesOptions): LimitedQueries {
  let child: ChildProcess | undefined;
  const end = (): void => {
    child?.kill('SIGKILL');
    child = undefined;
  };
  const start = (): ChildProcess => {
    const started = fork(processFile ?? path.join(__dirname, 'queryProcess.js'), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    started.on('error', () => undefined);
    started.send(settings);
    return started;
  };
  return {
    async value(rule, sql) {
      limit.cancelled?.throwIfAborted();
      child ??= start();
      // The process ends, and so does the wait for its answer.
      limit.cancelled?.addEventListener('abort', end, { once: true });
      const reply = await replyOf(child, sql, limit.seconds * 1000);
      limit.cancelled?.removeEventListener('abort', end);
      limit.cancelled?.throwIfAborted();
      if (typeof reply === 'object' && 'value' in reply) return reply.value;
      if (typeof reply === 'object' && 'fault' in reply) throw new QueryFault(reply.fault);
      end();
      if (reply === 'late') throw lateRule(rule, limit);
      if (typeof reply === 'object' && 'problem' in reply) throw errorOf(reply.problem);
      throw tooMuchMemory(rule, settings, reply === 'ended' ? undefined : reply.memory);
    },
    close: end,
  };
}

/** `ended`: the process died without an answer, for example because the system had no memory. */
function replyOf(child: ChildProcess, sql: string, milliseconds: number): Promise<QueryReply | 'late' | 'ended'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle('late'), milliseconds);
    const onMessage = (reply: unknown): void => settle(reply as QueryReply);
    const onEnd = (): void => settle('ended');
    const settle = (reply: QueryReply | 'late' | 'ended'): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onEnd).off('error', onEnd);
      resolve(reply);
    };
    child.on('message', onMessage).on('exit', onEnd).on('error', onEnd);
    if (child.connected) child.send(sql);
    else onEnd();
  });
}

function tooMuchMemory(
  { name, where }: RuleName,
  { duckDb }: Pick<QueryProcessSettings, 'duckDb'>,
  megabytes: number | undefined,
): PipelineError {
  return new PipelineError(
    'DUCKDB_OUT_OF_MEMORY',
    `The query of the rule "${name}" needs more memory than its limit.`,
    {
      found: megabytes === undefined ? 'its process was ended' : `${megabytes} MB when it was ended`,
      expected: `about ${duckDb.memoryLimitInMegabytes} MB`,
      where: where ?? { setting: 'DUCKDB_MEMORY_MEGABYTES' },
      remedy: 'Make the query of the rule simpler, or raise DUCKDB_MEMORY_MEGABYTES.',
    },
  );
}

function errorOf({ code, message, ...options }: Problem): PipelineError {
  return new PipelineError(code, message, options);
}
