import { z } from 'zod';
import type { Setting } from '../setting';
import { accessSettings } from './access';
import { ingestSettings, scheduleSettings } from './ingest';
import { lakeSettings } from './lake';
import { costSettings } from './cost';
import { answeringSettings, embeddingSettings, modelServiceSettings } from './models';
import { storeSettings } from './stores';
import { telemetrySettings } from './telemetry';

/** Settings whose names the contracts choose begin with this: SQL_SOURCE_ORDERS, for example. */
export const SQL_SOURCE_PREFIX = 'SQL_SOURCE_';

const table = {
  ...lakeSettings,
  ...ingestSettings,
  ...storeSettings,
  ...embeddingSettings,
  ...answeringSettings,
  ...modelServiceSettings,
  ...scheduleSettings,
  ...accessSettings,
  ...costSettings,
  ...telemetrySettings,
};
export type SettingName = keyof typeof table;

/** Every setting that the app reads, in the order of the sample settings. */
export const SETTINGS: Record<SettingName, Setting> = table;
export const SETTING_NAMES = Object.keys(table) as SettingName[];

/** The settings in the order and under the headings of docs/settings.md. */
export const SETTING_GROUPS: { heading: string; settings: Record<string, Setting> }[] = [
  { heading: 'Lake', settings: lakeSettings },
  { heading: 'Ingest', settings: { ...ingestSettings, ...scheduleSettings } },
  { heading: 'PostgreSQL and Qdrant', settings: storeSettings },
  { heading: 'Embedding', settings: embeddingSettings },
  { heading: 'Answers', settings: answeringSettings },
  { heading: 'Model services', settings: modelServiceSettings },
  { heading: 'Access', settings: accessSettings },
  { heading: 'Cost', settings: costSettings },
  { heading: 'Telemetry', settings: telemetrySettings },
];

type Shape = { [Name in SettingName]: (typeof table)[Name]['schema'] };
const shape = Object.fromEntries(SETTING_NAMES.map((name) => [name, table[name].schema])) as unknown as Shape;

/** Values of all settings, by name. */
export const settingsSchema = z.object(shape);
export type SettingValues = z.output<typeof settingsSchema>;

/** True for what the app reads of an environment. */
export function isSetting(name: string): boolean {
  return name in table || name.startsWith(SQL_SOURCE_PREFIX);
}
