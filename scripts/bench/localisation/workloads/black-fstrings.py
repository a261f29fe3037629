"""Format a module."""

import black

function = '''
def handler_{0}(request, *, limit = 10, name = "x"):
    """Handle it."""
    values = [f"{{request.path}}/{{i}}" for i in range(limit) if i % 2 == 0 and request.user.is_authenticated and name]
    if values and not request.is_cached(values, key = lambda value: (value.rank, -value.size), deep = True):
        return {{ 'values': values, 'name': name, 'total': sum(len(v) for v in values), 'page': request.page }}
    raise ValueError('nothing here for %s' % name)
'''
print(len(black.format_str("".join(function.format(i) for i in range(45)), mode=black.Mode())))
