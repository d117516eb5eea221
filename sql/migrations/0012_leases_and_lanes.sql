-- A worker whose time was over stays gone, also while some of its runs are held by others.

alter table millrace.workers add column recover_at timestamptz;  -- its runs were handed back but for those that others held: look again then
