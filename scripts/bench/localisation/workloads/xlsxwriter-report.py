"""A sales report: formatted cells, formulas, notes and a chart on several sheets."""

import io

import xlsxwriter

book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00", "border": 1})
for month in range(3):
    sheet = book.add_worksheet(f"month {month}")
    sheet.write_row("A1", ["order", "customer", "city & country", "amount", "tax", "sum"], bold)
    for row in range(1, 2400):
        sheet.write(row, 0, row)
        sheet.write(row, 1, f"customer {row * 7 % 900} <{month}>")
        sheet.write(row, 2, f"city {row % 40}")
        sheet.write(row, 3, row * 1.5, money)
        sheet.write_formula(row, 4, f"=D{row + 1}*0.19", money)
        sheet.write_formula(f"F{row + 1}", f"=D{row + 1}+E{row + 1}", money, row * 1.785)
        if row % 100 == 0:
            sheet.write_comment(row, 1, "checked")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": [f"month {month}", 1, 3, 40, 3]})
    sheet.insert_chart("H2", chart)
book.close()
print(len(book.worksheets()))
