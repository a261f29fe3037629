import json
import unittest.mock
import xml.dom.minidom
import xmlrpc.client


def status():
    return json.dumps({"ok": True})


def export(rows):
    document = xml.dom.minidom.Document()
    return document, xmlrpc.client, unittest.mock, rows


# --- end
print(status())
