-- Run in the database of the app. Its migrations create tables, which it then owns; it needs no extension.
select format('grant connect, create, temporary on database %I to %I', current_database(), :'role')
\gexec
grant usage, create on schema public to :"role";
