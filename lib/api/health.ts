import { z } from 'zod';
import type { Health as HealthReport } from '../health';
import { named } from './components';

export const health = named(
  'Health',
  z.object({
    status: z.enum(['ok', 'degraded']),
    disks: z
      .array(z.object({ name: z.string(), freeBytes: z.number(), totalBytes: z.number() }))
      .describe('Space on the disks of this machine that the app or its services write to.'),
    dependencies: z.array(
      z.object({
        name: z.string(),
        status: z.enum(['ok', 'unavailable']),
        latencyInMilliseconds: z.number(),
        error: z.string().optional(),
      }),
    ),
  }),
) satisfies z.ZodType<HealthReport>;

export const live = named('Live', z.object({ status: z.literal('ok') }));

export type Health = z.infer<typeof health>;
export type DependencyHealth = Health['dependencies'][number];
