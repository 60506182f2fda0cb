"""
The drill's report: which faults the suite caught, where, and which not, from drill.json alone.

A drill puts faults into simulated nodes and looks whether the suite sees each at the right place. drill.html is one static page
that loads nothing and runs nothing; `text` is the same for a terminal, `markdown` the short form for a README.
"""

from reports.drill.document import DATA, FILE, DrillError, checked, write
from reports.drill.page import page
from reports.drill.readme import markdown
from reports.drill.terminal import text

__all__ = ["DATA", "FILE", "DrillError", "checked", "markdown", "page", "text", "write"]
