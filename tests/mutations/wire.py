# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break a promise of requests to other systems."""

MUTATIONS = [
    (
        "the login goes to the host of the address only",
        "HttpClient._send",
        "if self.login.auth is not None and self.is_own(url):",
        "if self.login.auth is not None:",
        "TestRedirect.test_other_host_gets_no_login",
    ),
    (
        "a write is not sent again where a redirect leads",
        "HttpClient._ask",
        "if not is_redirect or asked.method not in READS:",
        "if not is_redirect:",
        "TestRedirect.test_write_does_not_follow",
    ),
    (
        "private addresses are closed to backends",
        "_Checking._new_conn",
        "addresses = find_addresses(self.host, self.port, self.networks, IN_SETTING)",
        "addresses = [self.host]",
        "TestLimits.test_private_address_is_closed_unless_the_configuration_allows_it",
    ),
    (
        "a page that the server named and lost is no end of its list",
        "ServerAdapter.read_page",
        "if self._pages.names_next:",
        "if False:",
        "TestPages.test_page_that_the_server_named_and_lost_is_no_end",
    ),
    (
        "an error of GraphQL in an answer with 200 is an error",
        "find_meaning",
        "codes = error_codes(text) if any(row.code for row in rows) else ()",
        "codes = ()",
        "TestErrors.test_part_of_a_page_is_no_page",
    ),
    (
        "a record that moved up in a list by skip and take is read",
        "Offset.next_place",
        "offset = max(0, start - lost) if lost else start + count",
        "offset = start + count",
        "TestLists.test_record_that_moved_up_because_another_was_deleted_is_read",
    ),
    (
        "a token is renewed by one process only",
        "ConnectorBackendHttp._find_other_token",
        "if token.text != used and token.is_usable(_now()):",
        "if False:",
        "TestTokenRace.test_transactions_that_need_a_token_at_once_renew_it_once",
    ),
    (
        "nothing is sent to a backend that is away",
        "BackendGate.enter",
        "raise self._away(known)",
        "pass",
        "TestHold.test_channel_with_limits_keeps_its_jobs",
    ),
    (
        "a turn that is late is not waited for in place",
        "BackendGate._reserve",
        "if not turns.are_ours:",
        "if False:",
        "TestTurns.test_turn_that_is_late_is_not_waited_for",
    ),
    (
        "the last request of an attempt that failed is kept",
        "RequestLog._make",
        "is_last = is_undone and _has_failed()",
        "is_last = False",
        "TestFailedAttempt.test_last_exchange_outlives_the_rollback",
    ),
    (
        "a dry run sends nothing that could change the backend",
        "HttpClient.request",
        "if self.target.is_dry_run and not is_read:",
        "if False:",
        "TestDryRunOfRequests.test_writes_are_not_sent_and_end_a_job_as_done",
    ),
    (
        "a redirect makes no use of networks that are open for others",
        "HttpClient._session_for",
        "return self._session if is_known else self._public",
        "return self._session",
        "TestRedirectToPrivateHosts."
        "test_redirect_makes_no_use_of_networks_that_are_open_for_others",
    ),
]
