"""Text of a tool in, frozen records out: no I/O, no subprocess, no pytest. One module per tool, named as the tool."""
