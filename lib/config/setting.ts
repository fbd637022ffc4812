import type { z } from 'zod';

/** One setting, whole: what it accepts and by default is, and what the sample settings and docs/settings.md say about it. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Of the text that the environment has. */
  schema: Schema;
  /** One plain sentence for docs/settings.md. */
  meaning: string;
  /** Shown where the setting is missing or not valid. */
  example?: string;
  /** Its value is never shown. */
  isSecret?: true;
}

export function setting<Schema extends z.ZodType>(
  schema: Schema,
  meaning: string,
  more: Pick<Setting, 'example' | 'isSecret'> = {},
): Setting<Schema> {
  return { schema, meaning, ...more };
}
