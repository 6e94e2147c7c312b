# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break a promise about what is exported when it changes."""

MUTATIONS = [
    (
        "what comes from a backend is not sent back to it",
        "silence_of",
        "backends = {importing_backend()} - {None}",
        "backends = set()",
        "TestBackend.test_what_a_hook_of_an_import_writes_goes_on_as_well",
    ),
    (
        "what comes from a backend goes on to the others",
        "silence_of",
        "if not names_backend(value):",
        "if True:",
        "TestBackend.test_import_goes_on_to_the_other_backends",
    ),
    (
        "an addon that is uninstalled deletes nothing over there",
        "silence_of",
        "if context.get(UNINSTALL):",
        "if False:",
        "TestKept.test_removal_of_an_addon_deletes_nothing_there",
    ),
    (
        "what is bound again is not deleted over there",
        "delay_deletions",
        "if one.external_id not in known",
        "if True",
        "TestUnlink.test_record_that_is_bound_anew_is_not_deleted",
    ),
    (
        "a field is followed to the model that stores it",
        "Following._follow_dotted",
        "return self.follow(model_name, leaf, path)",
        "return True",
        "TestWrite.test_field_is_followed_to_the_model_that_stores_it",
    ),
    (
        "a record that is given away makes the one before due",
        "Base.write",
        "if own and (leaving := own.of_links(vals)):",
        "if own and not (leaving := own.of_links(vals)):",
        "TestWatch.test_record_that_is_given_away_makes_both_due",
    ),
]
