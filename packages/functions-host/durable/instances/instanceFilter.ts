import type { Instance } from './instance';

/**
 * The filter of a query over instances: runtimeStatus (comma separated), createdTimeFrom, createdTimeTo (ISO 8601),
 * instanceIdPrefix. An absent or invalid parameter matches everything, as in the Durable extension.
 */
export function instanceFilter(query: URLSearchParams): (instance: Instance) => boolean {
  const statuses = query.get('runtimeStatus')?.toLowerCase().split(',').filter(Boolean);
  const from = epoch(query.get('createdTimeFrom')) ?? -Infinity;
  const to = epoch(query.get('createdTimeTo')) ?? Infinity;
  const prefix = query.get('instanceIdPrefix') ?? '';
  return ({ id, status, created }) => {
    if (statuses && statuses.length > 0 && !statuses.includes(status.toLowerCase())) return false;
    const time = Date.parse(created);
    return time >= from && time <= to && id.startsWith(prefix);
  };
}

function epoch(text: string | null): number | undefined {
  const time = text ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
