import { PipelineError, type PipelineErrorOptions } from '../problems/problem';
import type { GateRule, RunDecision } from '../runs/gate';
import { instanceIdOf, type RunKey } from '../runs/runKey';

type Partition = Pick<RunKey, 'dataset' | 'date'>;

/** The gate is closed: the run fails, or waits until `decideBy`. */
export function gateClosed(partition: Partition, rules: GateRule[], decideBy?: Date): PipelineError {
  const { dataset, date } = partition;
  const remedy = `See the rejected rows in quarantine/${dataset}/${date}/, correct the files or the contract, and run again.`;
  return new PipelineError(
    'QUALITY_GATE_CLOSED',
    `The quality gate is closed for ${dataset} ${date}: ${list(failing(rules), ({ rule }) => rule)}.`,
    {
      ...observed(rules),
      remedy:
        decideBy === undefined
          ? remedy
          : `Nothing is committed. Until ${decideBy.toISOString()} the run waits for ` +
            `POST /api/runs/${instanceIdOf(dataset, date)}/decision; if it is rejected, or not decided by then: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`,
    },
  );
}

/** The gate is closed and the run was rejected, by a decision or by time-out. */
export function gateRejected(partition: Partition, rules: GateRule[], decision: RunDecision): PipelineError {
  const { dataset, date } = partition;
  const by = decision.decidedBy === 'time-out' ? 'by time-out' : 'by decision';
  return new PipelineError(
    'QUALITY_GATE_REJECTED',
    `The run of ${dataset} ${date} was rejected ${by} (${decision.reason}) after the quality gate closed: ` +
      `${list(failing(rules), ({ rule }) => rule)}.`,
    {
      ...observed(rules),
      remedy: `Nothing was committed. The rejected rows are at /api/runs/${instanceIdOf(dataset, date)}/quarantine; correct the files or the contract, then replay the run.`,
    },
  );
}

/** A run cannot be approved while a rule fails that the stores rely on. Undefined when it can. */
export function notApprovable({ dataset, date }: Partition, rules: GateRule[]): PipelineError | undefined {
  const binding = failing(rules).filter(({ isBinding }) => isBinding === true);
  if (binding.length === 0) return undefined;
  return new PipelineError(
    'RUN_NOT_APPROVABLE',
    `The run of ${dataset} ${date} cannot be approved, because SQL and vectors rely on: ${list(binding, ({ rule }) => rule)}.`,
    {
      ...observed(binding),
      remedy:
        'Reject the run. Then correct the files, or set `repeatedKeys` in the contract (keepFirst, or keepLastBy with a column), or a key of more columns, and replay the run.',
    },
  );
}

/** The rules that close the gate. */
function failing(rules: GateRule[]): GateRule[] {
  return rules.filter((rule) => !rule.passed && rule.severity === 'error');
}

function observed(rules: GateRule[]): Pick<PipelineErrorOptions, 'found' | 'expected'> {
  const failed = failing(rules);
  return { found: list(failed, (rule) => rule.observed), expected: list(failed, (rule) => rule.expected) };
}

function list(rules: GateRule[], text: (rule: GateRule) => string): string {
  return rules.map(text).join('; ');
}
