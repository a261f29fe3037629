"""A command that needs one line of what it imports."""
import asyncio.events
import concurrent.futures
import email.mime.multipart
import http.server
import json
import multiprocessing.pool
import unittest.mock
import urllib.request
import xml.dom.minidom


def main():
    print(json.dumps({"done": True}))


main()
