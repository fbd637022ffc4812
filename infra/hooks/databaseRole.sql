-- Run in the database postgres: only there are the functions that make roles for identities.
select format('select pgaadauth_create_principal_with_oid(%L, %L, ''service'', false, false)', :'role', :'object_id')
where not exists (select from pg_roles where rolname = :'role')
\gexec

-- An identity that was made again has the same name and another object id.
select format('security label for "pgaadauth" on role %I is %L', :'role', 'aadauth,oid=' || :'object_id' || ',type=service')
from pg_seclabels
where provider = 'pgaadauth' and objtype = 'role' and objname = quote_ident(:'role') and label not like '%' || :'object_id' || '%'
\gexec
