-- A worker whose time was over stays gone, also while some of its runs are held by others.

alter table millrace.workers add column recover_at timestamptz;  -- its runs were handed back but for those that others held: look again then

alter table millrace.limited_routes
  add column free boolean not null default false,    -- its rules are gone: handed out as if it had never had any, lanes or not
  add column paused boolean not null default false;  -- it, its queue: nothing is handed out
update millrace.limited_routes r
set free = not exists (select from millrace.limits l where l.id = any (r.limits) and l.rules <> '{}'),
    paused = exists (select from millrace.limits l where l.id = any (r.limits) and l.paused_at is not null);
delete from millrace.lanes n using millrace.limited_routes r where r.route_id = n.route_id and r.free;
update millrace.limited_routes r set seen_turn = 0, vtime = 0 where r.free;
create index lanes_opening on millrace.lanes (route_id, opens_at) where opens_at is not null;  -- is there one of this route?
