import type { Attributes } from '../telemetry/attributes';
import { databaseCall } from '../telemetry/calls';
import { inSpan, type Operation } from '../telemetry/spans';
import type { SqlSource } from './sqlSource';

/** The same source, whose calls are in the trace of the run that extracts from it: never a statement, which users write. */
export function tracedSource(source: SqlSource, server: Attributes = {}): SqlSource {
  const call = (operation: string): Operation =>
    databaseCall({ system: 'postgresql', operation, collection: 'source', attributes: server });
  return {
    read: (work, cancelled) =>
      inSpan(call('transaction'), () =>
        source.read(
          (session) =>
            work({
              check: (query) => inSpan(call('check'), () => session.check(query)),
              value: (statement) => inSpan(call('select'), () => session.value(statement)),
              isValue: (text, type) => inSpan(call('cast'), () => session.isValue(text, type)),
              copy: (statement, write) => inSpan(call('copy'), () => session.copy(statement, write)),
            }),
          cancelled,
        ),
      ),
  };
}
