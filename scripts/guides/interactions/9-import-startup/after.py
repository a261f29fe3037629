import json


def status():
    return json.dumps({"ok": True})


def export(rows):
    import unittest.mock
    import xml.dom.minidom
    import xmlrpc.client

    document = xml.dom.minidom.Document()
    return document, xmlrpc.client, unittest.mock, rows


# --- end
print(status())
