import { postgresConnection } from '../../lib/postgresConnection';
import { sqlSourceAccess } from '../../lib/config/sqlSourceAccess';
import { rightsBeyondReading } from '../../lib/extraction/postgresRights';

export interface RoleFinding {
  name: string;
  level: 'ok' | 'note';
  what: string;
}

const SETTING = /^SQL_SOURCE_[A-Z0-9_]+$/;

/** One finding for each SQL source of the settings: a role that may do more than read is worth a note, not a fault. */
export async function sourceRoles(settings: Record<string, string | undefined>): Promise<RoleFinding[]> {
  const sources = Object.entries(settings).filter(([name, value]) => SETTING.test(name) && value);
  return Promise.all(
    sources.map(async ([name, value = '']): Promise<RoleFinding> => {
      const access = sqlSourceAccess(value.trim());
      if (!('kind' in access)) return { name, level: 'note', what: `not valid: expected ${access.expected}` };
      try {
        const rights = await rightsBeyondReading(postgresConnection(access));
        if (rights.length === 0) return { name, level: 'ok', what: 'its role can only read' };
        const advice = 'use a role that can only select from what the contracts read';
        return { name, level: 'note', what: `WARNING: its role ${rights.join(', ')}; ${advice}` };
      } catch (error) {
        // Not the driver's text: it may hold parts of the connection string.
        const { code = 'no code' } = error as { code?: string };
        return { name, level: 'note', what: `the rights of its role are not known: no answer (${code})` };
      }
    }),
  );
}
