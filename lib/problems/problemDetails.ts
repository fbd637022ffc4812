import { codeEntry } from './codes';
import type { Problem } from './problem';

/** Content type of an HTTP answer that carries problem details. */
export const PROBLEM_JSON = 'application/problem+json';

/** RFC 9457 problem details; the members of the problem are extensions. */
export interface ProblemDetails extends Omit<Problem, 'message'> {
  /** `urn:pipeline-x:problem:<code in kebab case>`; identifies the kind of problem, as `code` does. */
  type: string;
  /** The same sentence for every problem of this code. */
  title: string;
  /** HTTP status. In a stream it is the status that a normal answer would have had. */
  status: number;
  /** What happened this time. */
  detail: string;
}

export function problemDetails({ message, ...problem }: Problem): ProblemDetails {
  const { title, status } = codeEntry(problem.code);
  return {
    type: `urn:pipeline-x:problem:${problem.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: message,
    ...problem,
  };
}
