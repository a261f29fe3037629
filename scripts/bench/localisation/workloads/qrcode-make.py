"""Make the codes of a sheet of labels."""

import qrcode

for i in range(60):
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(f"https://example.org/items/{i}?batch=2024-11&checksum=0123456789abcdef{i}" * 2)
    code.make(fit=True)
print(len(code.get_matrix()))
