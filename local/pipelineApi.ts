import type { Answer } from '../lib/answering/answer';
import { describeProblem } from '../lib/problems/describeProblem';
import type { Problem } from '../lib/problems/problem';
import type { ProblemDetails } from '../lib/problems/problemDetails';
import type { RunCancellation } from '../lib/runs/cancellationStore';
import type { Run, RunDetail } from '../lib/runs/run';

/** The calls of the running app's HTTP API that the local platform's commands use. */
export interface PipelineApi {
  /** Starts the ingest, or finds the one that is already running. Returns the run's id. */
  startRun(dataset: string, date: string): Promise<{ id: string; wasUnderWay: boolean }>;
  run(id: string): Promise<Run>;
  runDetail(id: string): Promise<RunDetail>;
  /** Asks the run to end. Returns the request that counts: this one, or an earlier one. */
  cancelRun(id: string, reason: string): Promise<RunCancellation>;
  ask(question: string, dataset: string): Promise<Answer>;
}

/** An error answer of the API, with its problem. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(describeProblem(problem));
  }
}

/** @param token of the owner of the local platform */
export function pipelineApi(baseUrl: string, token: string): PipelineApi {
  const call = async <Body>(path: string, body?: object): Promise<Body> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiProblem(problemOf(answer as ProblemDetails, response.status));
    return answer as Body;
  };
  return {
    startRun: async (dataset, date) => {
      try {
        return { id: (await call<{ id: string }>('/runs', { dataset, date })).id, wasUnderWay: false };
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.problem.code !== 'RUN_UNDER_WAY') throw error;
        return { id: `ingest-${dataset}-${date}`, wasUnderWay: true };
      }
    },
    run: (id) => call<Run>(`/runs/${encodeURIComponent(id)}`),
    runDetail: (id) => call<RunDetail>(`/runs/${encodeURIComponent(id)}`),
    cancelRun: (id, reason) => call<RunCancellation>(`/runs/${encodeURIComponent(id)}/cancel`, { reason }),
    ask: (question, dataset) => call<Answer>('/ask', { question, dataset }),
  };
}

/** If something other than the app answered (a proxy, the host), only the status is known. */
function problemOf(details: Partial<ProblemDetails>, answered: number): Problem {
  const { type: _type, title: _title, status: _status, code = 'INTERNAL', detail, ...problem } = details;
  return { ...problem, code, message: detail ?? `status ${answered}` };
}
