#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# A cell with an error of a formula is an empty text for python-calamine.
# python-calamine 0.9.1 gives '' for #N/A, as for a cell that is empty; openpyxl 3.1.5
# gives '#N/A'. An importer that takes an empty cell for 'clear the field' clears it
# where a look-up of the sheet failed.
#
# Guess: an error, or the text of the error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 xlsxwriter==3.3.1 python-calamine==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'END'
import openpyxl
import python_calamine
import xlsxwriter

book = xlsxwriter.Workbook("book.xlsx")
sheet = book.add_worksheet()
sheet.write_formula(0, 0, "=NA()", None, "#N/A")
sheet.write(0, 1, 5)
book.close()
sheet = openpyxl.load_workbook("book.xlsx", data_only=True).active
by_openpyxl = sheet.cell(1, 1).value
book = python_calamine.CalamineWorkbook.from_path("book.xlsx")
by_calamine = book.get_sheet_by_index(0).to_python()[0][0]
print(f"openpyxl: {by_openpyxl!r}, calamine: {by_calamine!r}")
assert by_openpyxl == "#N/A"
assert by_calamine == ""
END
