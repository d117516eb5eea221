-- Undos: what completed steps did is taken back when their run fails or is cancelled. Rows of the journal for that: a the first
-- step with an undo is about to begin · b the undos begin: {"status": "x" or "f", "failure", "reason", "by"} · i an attempt of an
-- undo failed · n a step is undone. A further reason of a pause: u an undo used up its attempts.
alter table millrace.live
  add column undo "char",    -- null: no step has an undo · a some have, from row a of the journal on · b they have begun, or shall
  add column undo_ask text,  -- that they shall, of a run that is leased: the data of row b, which its owner appends with its next write
  add constraint live_undo_ask check (undo_ask is null or (undo = 'b' and state = 'l'));

alter table millrace.bulk_operations
  drop constraint bulk_operations_verb_known,
  add constraint bulk_operations_verb_known
    check (verb in ('cancel', 'terminate', 'pause', 'resume', 'retry', 'discard', 'fork', 'signal', 'migrate', 'prune'));
