import type { z } from 'zod';

/** One setting: its accepted values and default, and its text for the sample settings and docs/settings.md. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Schema of the text in the environment. */
  schema: Schema;
  /** One plain sentence for docs/settings.md. */
  meaning: string;
  /** Shown where the setting is missing or not valid. */
  example?: string;
  /** The default in Azure, where it differs. */
  inAzure?: string;
  /** Its value is never shown. */
  isSecret?: true;
}

export function setting<Schema extends z.ZodType>(
  schema: Schema,
  meaning: string,
  more: Pick<Setting, 'example' | 'inAzure' | 'isSecret'> = {},
): Setting<Schema> {
  return { schema, meaning, ...more };
}
