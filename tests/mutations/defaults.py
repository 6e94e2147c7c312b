# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break what connectors without XML are promised."""

MUTATIONS = [
    (
        "access lines of the addon take the place of the default ones",
        "IrModelAccess._load_records",
        "make_way(records, data_list)",
        "pass",
        "TestDefaultAccess.test_own_lines_that_an_upgrade_brings_remove_the_default_ones",
    ),
    (
        "access lines of another addon leave the default ones",
        "make_way",
        "model._original_module == module and",
        "",
        "TestDefaultAccess.test_lines_of_another_addon_stand_beside_the_default_ones",
    ),
    (
        "users change no backend by the default access lines",
        "access_lines",
        '("user", USER, 0)',
        '("user", USER, 1)',
        "TestDefaultAccess.test_users_and_reviewers_read_and_managers_do_everything",
    ),
    (
        "bindings are seen in the company of their backend",
        "company_rules",
        'else "backend_id.company_id"',
        'else "backend_id.id"',
        "TestCompanyRule.test_they_are_seen_in_their_company",
    ),
    (
        "default menus go with the menu above",
        "_discard",
        "record.child_id.filtered(_is_default).unlink()",
        "pass",
        "TestDefaultMenu.test_menu_that_the_addon_brings_takes_the_place_of_the_default"
        "_ones",
    ),
    (
        "stat buttons count what the user may read",
        "ConnectorBinding.count_of_record",
        "if not _may_read(self, name):",
        "if False:",
        "TestBindingButtons.test_bindings_that_the_user_may_not_read_are_not_counted",
    ),
    (
        "who may read no bindings has no stat buttons",
        "IrUiView._postprocess_access_rights",
        "widget.getparent().remove(widget)",
        "pass",
        "TestBindingButtons.test_who_may_read_no_bindings_has_no_buttons_in_the_form",
    ),
    (
        "a rejected record has its reason on the binding",
        "PageOutcomes.reject",
        "item.known.note_rejected(item.reason)",
        "pass",
        "TestBindingState.test_rejected_record_has_its_reason_on_the_binding",
    ),
    (
        "an error is over where the record is as it was",
        "Unchanged.settle",
        "self.page.conflicts.rest(item.binding)",
        "pass",
        "TestBindingState.test_reason_goes_also_where_the_record_is_as_it_was",
    ),
]
