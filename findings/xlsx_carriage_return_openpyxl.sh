#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# A line break of Windows in an XLSX cell comes back from openpyxl as the letters of
# its escape. XlsxWriter 3.3.1 stores a carriage return as the format wants it,
# _x000D_; openpyxl 3.1.5 gives 'a_x000D_\nb', python-calamine 0.9.1 gives 'a\r\nb'.
# Addresses and notes that a shop exported carry the letters into every field.
#
# Guess: both readers give the text that was written.
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
book.add_worksheet().write(0, 0, "a\r\nb")
book.close()
sheet = openpyxl.load_workbook("book.xlsx", read_only=True).active
by_openpyxl = next(sheet.iter_rows(values_only=True))[0]
book = python_calamine.CalamineWorkbook.from_path("book.xlsx")
by_calamine = book.get_sheet_by_index(0).to_python()[0][0]
print(f"openpyxl: {by_openpyxl!r}, calamine: {by_calamine!r}")
assert by_openpyxl == "a_x000D_\nb"
assert by_calamine == "a\r\nb"
END
