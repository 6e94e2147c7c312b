# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break what address books, and lines without ids, promise."""

MUTATIONS = [
    (
        "webdav: a file is written only as it was read",
        "DavAdapter._last_read",
        """return etag if etag.startswith('"') else ANY, text""",
        "return ANY, text",
        "TestCalendar.test_what_changed_there_is_not_overwritten_or_deleted",
    ),
    (
        "webdav: a server that fails for a page is asked for each file",
        "DavAdapter._read_together",
        "except (FailedJobError, NotServed):",
        "except NotServed:",
        "TestAnswers.test_server_that_fails_for_a_page_is_asked_for_each_file",
    ),
    (
        "webdav: a line whose key varies goes on as the one that vanished",
        "PageLines.find_kept",
        "if not unit.model._key_varies:",
        "if True:",
        "TestVaryingKey.test_line_with_a_new_key_goes_on_as_the_one_that_vanished",
    ),
]
