-- A copy of a database runs no job, as it is neutralized. The root channel is paused
-- besides: at once, and also for workers that do not know of that yet.
-- Whoever wants the jobs to run deletes the system parameter
-- database.is_neutralized and resumes root in Connectors > Queue > Channels.
UPDATE connector_queue_channel
   SET is_open = FALSE;
UPDATE connector_queue_channel
   SET is_paused = TRUE,
       pause_reason = 'This database is a neutralized copy: its jobs would call the '
                      'systems of the original. To run them, delete the system parameter '
                      'database.is_neutralized and resume root.'
 WHERE parent_id IS NULL;
-- They work on the original.
DELETE FROM connector_queue_worker;
