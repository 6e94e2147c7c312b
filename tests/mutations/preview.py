# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break a promise of previews and of files in a folder."""

MUTATIONS = [
    (
        "a preview is kept read-only by PostgreSQL",
        "read_only_cursor",
        'cr.execute("SET TRANSACTION READ ONLY")',
        'cr.execute("SELECT 1")',
        "TestMappingThatWrites.test_create_is_named",
    ),
    (
        "a mapping that writes later is named in a preview",
        "PreviewGuard.watching",
        "self._note_pending()",
        "pass",
        "TestMappingThatWrites.test_write_is_named_with_its_field",
    ),
    (
        "a mapping does not end the transaction of a preview",
        "PreviewGuard._guard_cursor",
        '"commit": self._forbidden("commits the transaction"),',
        "",
        "TestMappingThatWrites.test_commit_is_refused",
    ),
    (
        "an adapter refuses to write in a preview",
        "PreviewGuard.prepare",
        'setattr(unit, verb, self._forbidden(f"calls {name}.{verb}"))',
        "pass",
        "TestMappingThatWrites.test_adapter_refuses_to_write",
    ),
    (
        "a preview shows nothing that its user may not read",
        "Previewer.run",
        "self._check_viewer(id_)",
        "pass",
        "TestImportPreview.test_record_that_the_user_may_not_read_is_refused",
    ),
    (
        "a preview hides fields that its user may not read",
        "ImportPreviewer._add",
        "if not self.text.may_read(record, known):",
        "if False:",
        "TestImportPreview.test_secret_of_others_is_hidden",
    ),
    (
        "a folder of a backend lies below the root of the server",
        "open_folder",
        "if not folder.is_relative_to(root):",
        "if False:",
        "TestFolderOfBackend.test_folder_outside_of_the_root_is_refused",
    ),
    (
        "only administrators of the settings choose a folder",
        "ConnectorBackendFolder._check_folder",
        'if any(values.get("folder") for values in vals_list):',
        "if False:",
        "TestFolderOfBackend.test_only_administrators_choose_the_folder",
    ),
    (
        "a link in a folder is not followed",
        "list_files",
        "if entry.is_file(follow_symlinks=False)",
        "if entry.is_file()",
        "TestFolderOfBackend.test_link_in_the_folder_is_not_followed",
    ),
    (
        "a file that is being written waits",
        "FolderAdapter._whole_files",
        "return paths[:number]",
        "pass",
        "TestHalfWrittenFile.test_file_that_is_being_written_waits_with_those_after_it",
    ),
    (
        "a file is moved only once its records are committed",
        "FolderAdapter._finish",
        "self.env.cr.postcommit.add(partial(_move, path, _stamp_of(path), done))",
        "_move(path, _stamp_of(path), done)",
        "TestDoneFolder.test_file_is_moved_once_its_records_are_committed",
    ),
    (
        "a record is not missing while a line cannot be read",
        "FolderAdapter._check_whole",
        "if doubts:",
        "if False:",
        "TestReadOfOne.test_id_is_not_missing_where_a_line_cannot_be_read",
    ),
]
