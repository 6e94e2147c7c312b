-- A copy of a database runs no job: the root channel is paused, and says why.
-- Whoever wants the jobs to run unpauses it in Connectors > Queue > Channels.
UPDATE connector_queue_channel
   SET is_open = FALSE;
UPDATE connector_queue_channel
   SET is_paused = TRUE,
       pause_reason = 'This database is a neutralized copy: its jobs would reach the '
                      'systems of the original. Unpause root to let them run.'
 WHERE parent_id IS NULL;
-- They work on the original.
DELETE FROM connector_queue_worker;
