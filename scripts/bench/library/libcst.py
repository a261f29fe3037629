"""Names that a module imports: libcst used for reading only."""

import ast

import libcst


def imports_old(text):
    module = libcst.parse_module(text)
    found = []
    for statement in module.body:
        if isinstance(statement, libcst.SimpleStatementLine):
            for part in statement.body:
                if isinstance(part, libcst.Import):
                    found += [module.code_for_node(alias.name) for alias in part.names]
    return found


def imports_new(text):
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise ValueError(str(error)) from error
    return [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
