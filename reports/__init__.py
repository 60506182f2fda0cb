"""A results document in, files out. Imports nothing else of ours: a report can be made again years later."""
