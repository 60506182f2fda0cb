"""
certificate.html: the report that people sign, as one static page that loads nothing and runs nothing.

Page one is what is signed; after it come every row, every deviation, what page one shortens, the limits and the programs. Only a
run on a live node that was accepted or rejected, and has a bundle, gives a page with lines to sign; see reports/certificate/standing.py.
"""

from reports.certificate.document import FILE, document, write_certificate

__all__ = ["FILE", "document", "write_certificate"]
