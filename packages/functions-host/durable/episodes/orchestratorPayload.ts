import type { HistoryEvent } from './historyEvents';
import type { Instance } from '../instances/instance';

/** Constants that the Durable extension sends; "Millseconds" is its spelling. */
const schema =
  '"upperSchemaVersion":1,"upperSchemaVersionNew":2,"longRunningTimerIntervalDuration":"3.00:00:00",' +
  '"maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000';

/**
 * The JSON text that is passed to an orchestrator: its whole history and then `news`, the events of this episode. The
 * instance keeps the text of past events: each event is written once as new and after that always as played.
 */
export function orchestratorPayload(instance: Instance, news: HistoryEvent[]): string {
  rememberPlayed(instance);
  const newJson = news.map((event) => JSON.stringify(event)).join(',');
  const history = instance.playedJson === '' ? newJson : `${instance.playedJson},${newJson}`;
  return (
    `{"history":[${history}],"input":${instance.input ?? 'null'},"instanceId":${JSON.stringify(instance.id)},` +
    `"isReplaying":${instance.history.length > 0},` +
    `"parentInstanceId":${JSON.stringify(instance.parent?.id ?? null)},${schema}}`
  );
}

function rememberPlayed(instance: Instance): void {
  const fresh = instance.history.slice(instance.playedCount);
  if (fresh.length === 0) return;
  const text = fresh.map((event) => JSON.stringify({ ...event, IsPlayed: true })).join(',');
  instance.playedJson = instance.playedJson === '' ? text : `${instance.playedJson},${text}`;
  instance.playedCount = instance.history.length;
}
