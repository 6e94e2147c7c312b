#!/bin/sh
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# Dates in a workbook of PyExcelerate are plain numbers for its readers. PyExcelerate
# 0.13.0 writes no number format for a date, a datetime or a time, and the text of a
# timedelta; openpyxl 3.1.5 and python-calamine 0.9.1 then give 46356.0 for 30 November
# 2026. Whoever imports such a file has to know which columns hold dates.
#
# Guess: dates are dates again.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1 PyExcelerate==0.13.0
cd "$folder"
"$folder/venv/bin/python" - <<'END'
import datetime
import warnings

import openpyxl
import pyexcelerate
import python_calamine

warnings.simplefilter("ignore")
row = [datetime.date(2026, 11, 30), datetime.time(10, 30), datetime.timedelta(hours=30)]
book = pyexcelerate.Workbook()
book.new_sheet("sheet", data=[row])
book.save("book.xlsx")
by_openpyxl = next(openpyxl.load_workbook("book.xlsx").active.iter_rows(values_only=True))
book = python_calamine.CalamineWorkbook.from_path("book.xlsx")
by_calamine = book.get_sheet_by_index(0).to_python()[0]
print(f"openpyxl: {by_openpyxl!r}, calamine: {by_calamine!r}")
assert by_openpyxl == (46356.0, 0.4375, "1 day, 6:00:00")
assert by_calamine == [46356.0, 0.4375, "1 day, 6:00:00"]
END
