-- Where matview keeps views, in the schema that stands for @ here. It may be run again: what is there stays.
-- Text that may hold U+0000 or halves of characters, or whose order counts, is bytea: each UTF-16 code unit as one to three bytes
-- (CESU-8), so that bytes are ordered as Java orders strings.

create schema if not exists @;

-- One row: the layout of all this, and how long generations are kept that others have taken the place of.
create table if not exists @.store (
  one boolean primary key default true check (one),
  layout integer not null,
  keep interval not null default interval '0'
);
insert into @.store (layout) values (1) on conflict do nothing;

create table if not exists @.secret (
  one boolean primary key default true check (one),
  lasting bytea not null,
  seal bytea not null,
  seal_before bytea
);

-- The head of each view: a commit locks its row and moves it. Generation 0 is a view without any.
create table if not exists @.views (
  view integer generated always as identity primary key,
  name bytea not null unique,
  title text not null,
  generation bigint not null default 0,
  stamp uuid,
  build bigint,
  format integer not null default 0,
  sql_view text
);

-- The current generations and those that are kept. A stamp tells apart two that have one number: of a view that was dropped and
-- made anew, or of a history that a standby did not know when it was promoted.
create table if not exists @.generations (
  view integer not null,
  number bigint not null,
  stamp uuid not null,
  build bigint not null,
  format integer not null,
  head text not null,
  rows bigint not null,
  left_out text,
  replaced_at timestamptz,
  primary key (view, number)
);

-- Whose rows, entries and slices are: a view's, as they were made by one build and the commits after it.
create table if not exists @.builds (
  build bigint generated always as identity primary key,
  view integer not null
);

-- What is put aside of views that are built: at most one build for a view.
create table if not exists @.stages (
  view integer primary key,
  build bigint not null,
  owner uuid not null,
  base bigint not null,
  base_stamp uuid,
  fingerprint text not null,
  format integer not null default 0,
  head text,
  rows bigint not null default 0,
  touched_at timestamptz not null default now()
);

-- The slices of the current generation. One that reflects nothing was dropped, and stays until no reader needs to be told.
create table if not exists @.slices (
  slice bigint generated always as identity primary key,
  build bigint not null,
  database bytea not null,
  reflects text,
  left_out text,
  documents_left_out integer not null default 0,
  rows integer not null,
  changed bigint not null,
  unique (build, database)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index if not exists slices_changed on @.slices (build, changed);
create index if not exists slices_left_out on @.slices (build, database) where documents_left_out > 0;

-- A row in one state, of the generations from born to the one before died. The hash is the id's.
create table if not exists @.rows (
  number bigint primary key,
  build bigint not null,
  slice bigint not null,
  hash bigint not null,
  born bigint not null,
  died bigint,
  sort_key bytea not null,
  database bytea not null,
  id bytea not null,
  document bytea not null,
  acl text,
  expansions bytea
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
-- Of the rows that no commit has ended: however many versions of rows are kept for earlier generations, pages do not meet them.
create index if not exists rows_in_order on @.rows (build, sort_key, database) include (born) where died is null;
create index if not exists rows_by_id on @.rows (slice, hash);
create index if not exists rows_born on @.rows (build, born);
create index if not exists rows_died on @.rows (build, died) where died is not null;
create sequence if not exists @.row_numbers increment by 1000;

-- Where else a row is found, as long as it is not ended. The index is the hash of its name.
create table if not exists @.entries (
  of_row bigint not null,
  build bigint not null,
  index bigint not null,
  born bigint not null,
  died bigint,
  key bytea not null,
  sort_key bytea not null,
  database bytea not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index if not exists entries_in_order on @.entries (build, index, key, sort_key, database) include (born, of_row)
  where died is null;
create index if not exists entries_of_row on @.entries (of_row);

-- The text that a name or an id is; null where PostgreSQL's text cannot hold it.
create or replace function @.as_text(units bytea) returns text language plpgsql immutable strict as $body$
declare
  read text := '';
  at integer := 0;
  unit integer;
  high integer;
begin
  begin
    return convert_from(units, 'UTF8');
  exception when others then null;
  end;
  -- Beyond the first 65,536 characters there are two halves, of three bytes each.
  while at < length(units) loop
    unit := get_byte(units, at);
    if unit < 128 then
      at := at + 1;
    elsif unit < 224 then
      unit := ((unit & 31) << 6) | (get_byte(units, at + 1) & 63);
      at := at + 2;
    else
      unit := ((unit & 15) << 12) | ((get_byte(units, at + 1) & 63) << 6) | (get_byte(units, at + 2) & 63);
      at := at + 3;
    end if;
    if (high is null) = (unit between 56320 and 57343) then
      return null;
    elsif unit between 55296 and 56319 then
      high := unit;
    elsif high is null then
      read := read || chr(unit);
    else
      read := read || chr(65536 + ((high - 55296) << 10) + unit - 56320);
      high := null;
    end if;
  end loop;
  return case when high is null then read end;
exception when others then
  return null;
end
$body$;

-- A document; null where jsonb cannot hold it, as with U+0000 or half of a character in a string.
create or replace function @.as_json(document bytea) returns jsonb language plpgsql immutable strict as $body$
begin
  return convert_from(document, 'UTF8')::jsonb;
exception when others then
  return null;
end
$body$;

-- All rows of all current generations, also of feeds with ACLs: for administrators, who grant parts of it as they see fit.
create or replace view @.current_rows as
  select v.title as view, r.sort_key as key, @.as_text(r.database) as database, @.as_text(r.id) as id,
      @.as_json(r.document) as document, r.acl::jsonb as acl
    from @.views v join @.rows r on r.build = v.build and r.died is null;
-- Which views there are, and what the SQL views of their rows are called.
create or replace view @.feeds as
  select v.title as view, v.sql_view, v.generation, g.rows, g.head::jsonb ->> 'refreshedAt' as refreshed_at
    from @.views v join @.generations g on g.view = v.view and g.number = v.generation;
