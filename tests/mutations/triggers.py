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
    (
        "what changes while a backend is archived goes out when it is back",
        "ConnectorBackend._delay_due",
        "self._keep_due(model_name, binding_ids)",
        "pass",
        "TestArchived.test_change_meanwhile_is_exported_when_the_backend_is_back",
    ),
    (
        "a language that a payload leaves out keeps its base",
        "texts.merged",
        "return {TEXTS: {**before, **after}}",
        "return new",
        "TestLanguagesOfBothSides.test_missing_language_keeps_its_base",
    ),
    (
        "a binding that another transaction made fails nobody's change",
        "spread._is_made",
        "return False",
        "raise",
        "TestNewcomerRace.test_second_one_does_not_fail_the_write_of_its_user",
    ),
    (
        "what merges of contacts move by SQL is exported",
        "notes.note_moved",
        "note_written(records.env, watched, dict.fromkeys(records.ids, {name: None}))",
        "pass",
        "TestMergedContacts.test_what_refers_to_a_merged_contact_is_exported",
    ),
]
