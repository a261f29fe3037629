"""A command line that imports numpy and pandas-like weight to print a version."""
import argparse
import ctypes.util
import decimal
import logging.config
import sqlite3
import tkinter.constants
import unittest
import wsgiref.simple_server
import xmlrpc.client


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", action="store_true")
    print(parser.parse_args(["--version"]))


main()
