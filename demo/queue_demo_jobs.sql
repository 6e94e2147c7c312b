-- License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
-- Jobs in each state in which they rest. They are no records of a data file: the queue
-- alone makes jobs, and runs those that bear its seal.
INSERT INTO connector_queue_job (
    uuid, name, payload, state, date_created, date_started, date_done, eta, hold,
    attempt, result, exc_info, tags, has_edges, func_name, model_name, context,
    user_id, company_id, channel_id
)
SELECT '00000000-0000-4000-8000-' || lpad(demo.number::text, 12, '0'), demo.name,
       jsonb_build_array(
           CASE WHEN demo.state = 'failed' THEN jsonb_build_array(demo.text, TRUE)
                ELSE jsonb_build_array(demo.text) END,
           jsonb_build_array()
       ),
       demo.state, ago.created, ago.started, ago.ended, ago.now + demo.wait::interval,
       CASE WHEN demo.wait IS NOT NULL THEN 'eta' END,
       (demo.started IS NOT NULL)::integer,
       CASE WHEN demo.state = 'cancelled' THEN 'Cancelled by Mitchell Admin'
            WHEN demo.ended IS NOT NULL THEN demo.text END,
       CASE WHEN demo.state = 'failed' THEN
            E'Traceback (most recent call last):\n'
            '  File "queue/demo_job.py", line 12, in try_queue\n'
            '    raise FailedJobError(text)\n'
            'odoo.addons.connector.exception.FailedJobError: ' || demo.text END,
       demo.tags::jsonb, demo.tags IS NOT NULL,
       'odoo.addons.connector.queue.demo_job.try_queue', 'res.partner', '{}',
       (SELECT res_id FROM ir_model_data
         WHERE module = 'base' AND name = 'user_admin'),
       (SELECT res_id FROM ir_model_data
         WHERE module = 'base' AND name = 'main_company'),
       (SELECT res_id FROM ir_model_data
         WHERE module = 'connector' AND name = 'queue_channel_demo')
  FROM (
       VALUES
       (1, 'Export contact 1', 'Contact 1 exported', 'done',
        '20:00:04', '20:00:03', '20:00', NULL, NULL),
       (2, 'Export contact 2', 'Contact 2 exported', 'done',
        '14:00:04', '14:00:03', '14:00', NULL, NULL),
       (3, 'Export contact 3', 'Contact 3 exported', 'done',
        '9:00:04', '9:00:03', '9:00', NULL, NULL),
       (4, 'Export contact 4', 'Contact 4 exported', 'done',
        '3:00:04', '3:00:03', '3:00', NULL, NULL),
       (5, 'Export contact 5', 'Contact 5 exported', 'done',
        '1:00:04', '1:00:03', '1:00', NULL, NULL),
       (6, 'Export contact 6', 'Cannot export contact 6: its e-mail address is '
        '''ada@'', expected one with a domain. Correct it, then requeue the job.',
        'failed', '7:00:09', '7:00:02', '7:00', NULL, NULL),
       (7, 'Export contact 7', 'Cannot export contact 7: the country is missing. '
        'Fill it in, then requeue the job.',
        'failed', '2:00:09', '2:00:02', '2:00', NULL, NULL),
       (8, 'Import the price list', '12 prices', 'pending',
        '0:40', NULL, NULL, NULL, '["prices"]'),
       (9, 'Notify customers of new prices', '3 mails', 'waiting',
        '0:40', NULL, NULL, NULL, NULL),
       (10, 'Import the stock, at night', 'stock', 'pending',
        '0:25', NULL, NULL, '1 day', NULL),
       (11, 'Export contact 11', 'Contact 11 exported', 'pending',
        '0:12', NULL, NULL, NULL, NULL),
       (12, 'Export contact 12', 'Contact 12 exported', 'cancelled',
        '5:00', NULL, '4:00', NULL, NULL)
  ) AS demo (number, name, text, state, created, started, ended, wait, tags)
 CROSS JOIN LATERAL (
       SELECT moment.now, moment.now - demo.created::interval AS created,
              moment.now - demo.started::interval AS started,
              moment.now - demo.ended::interval AS ended
         FROM (SELECT now() AT TIME ZONE 'UTC' AS now) AS moment
  ) AS ago
 ORDER BY demo.number
    ON CONFLICT (uuid) DO NOTHING;

INSERT INTO connector_queue_attempt (
    job_id, attempt, state, message, exc_info, date_started, date_done
)
SELECT id, 1, state, CASE WHEN state = 'failed' THEN result END, exc_info,
       date_started, date_done
  FROM connector_queue_job
 WHERE uuid LIKE '00000000-0000-4000-8000-%' AND attempt = 1
    ON CONFLICT (job_id, attempt) DO NOTHING;

INSERT INTO connector_queue_edge (parent_id, child_id, condition, state, has_news)
SELECT parent.id, child.id, 'done', 'open', FALSE
  FROM connector_queue_job AS parent, connector_queue_job AS child
 WHERE parent.uuid = '00000000-0000-4000-8000-000000000008' AND parent.state = 'pending'
   AND child.uuid = '00000000-0000-4000-8000-000000000009' AND child.state = 'waiting'
    ON CONFLICT DO NOTHING;

UPDATE connector_queue_job AS job
   SET seal = connector_queue_seal(job)
 WHERE uuid LIKE '00000000-0000-4000-8000-%' AND seal IS NULL;
