import { viewHistory, type HistoryLine } from '../episodes/historyView';
import type { Instance } from './instance';

/** The answer of the status query for one instance. `query` may have showInput, showHistory and showHistoryOutput. */
export function instanceStatus(instance: Instance, query: URLSearchParams): Record<string, unknown> {
  const status: Record<string, unknown> = {
    name: instance.name,
    instanceId: instance.id,
    runtimeStatus: instance.status,
    input: query.get('showInput') === 'false' ? null : parsed(instance.input),
    customStatus: parsed(instance.customStatus),
    output: parsed(instance.output),
    createdTime: wholeSeconds(instance.created),
    lastUpdatedTime: wholeSeconds(instance.updated),
  };
  if (query.get('showHistory') === 'true') {
    const withOutput = query.get('showHistoryOutput') === 'true';
    const lines = instance.view ?? viewHistory([...instance.history, ...instance.inbox]);
    status.historyEvents = lines.map((line) => historyLine(line, withOutput));
  }
  return status;
}

function historyLine({ Result, Input, ...line }: HistoryLine, withOutput: boolean): object {
  if (!withOutput) return line;
  const values: Record<string, unknown> = {};
  if (Result !== undefined) values.Result = parsed(Result);
  if (Input !== undefined) values.Input = parsedOrText(Input);
  return { ...line, ...values };
}

function parsed(json: string | null | undefined): unknown {
  return json === null || json === undefined ? null : (JSON.parse(json) as unknown);
}

/** The reason of a termination is plain text in an event's Input, not JSON. */
function parsedOrText(value: string | null): unknown {
  try {
    return parsed(value);
  } catch {
    return value;
  }
}

function wholeSeconds(timestamp: string): string {
  return `${timestamp.slice(0, 19)}Z`;
}
