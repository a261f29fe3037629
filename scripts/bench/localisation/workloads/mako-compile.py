"""Compile the templates of a site."""

from mako.template import Template

PAGE = """<%def name="row(item)">
  <tr><td>${item.name | h}</td><td>${item.value}</td></tr>
</%def>
<html><body>
% for item in items:
  % if item.visible:
    ${row(item)}
  % else:
    <tr><td>hidden</td></tr>
  % endif
% endfor
<%
    total = 0
    for item in items:
        total += item.value
%>
<p>${total} in all; ## a comment
</p></body></html>
"""
for i in range(12):
    template = Template("\n".join(PAGE.replace("row", f"row{i}_{j}") for j in range(12)))
print(len(template.code))
